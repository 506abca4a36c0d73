/** Arithmetic on the numbers of slots, as operators of a graph. */
import type { NumberOps } from '@length-adaptive/core/encoder';
import { typeStride } from '@length-adaptive/core/encoder';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { elementTypeNumber } from '../graph/protos.js';
import type { EncoderInputs, GraphEngine } from './graph-engine.js';

const float = elementTypeNumber('float32');
const int64 = elementTypeNumber('int64');

/** Added to lengths, so that what has none has a direction, too. */
const leastNorm = 1e-12;

/** @param size width of a state */
export const numbersOnGraph = <Leaf>(
  g: GraphBuilder,
  { size, training }: { readonly size: number; readonly training: boolean },
): NumberOps<GraphEngine<Leaf>> => {
  const value = (x: Value | number): Value => (typeof x === 'number' ? g.float(x) : x);
  const binary =
    (type: string) =>
    <N extends Value>(x: N, y: N | number): N =>
      g.op(type, [x, value(y)]) as N;
  const asFloat = (x: Value): Value => g.op('Cast', [x], { to: float });
  const constant = (x: Value): Value => (training ? g.op('Identity', [x]) : x);
  return {
    add: binary('Add'),
    subtract: binary('Sub'),
    multiply: binary('Mul'),
    divide: binary('Div'),
    larger: binary('Max'),
    floor: <N extends Value>(x: N) => g.op('Floor', [x]) as N,
    less: binary('Less'),
    equal: binary('Equal'),
    both: binary('And'),
    choose: <N extends Value>(flags: Value, x: N | number, y: N | number) =>
      g.op('Where', [flags, value(x), value(y)]) as N,
    ofSlots: asFloat,
    ofPairs: asFloat,

    first: (x) => g.op('Unsqueeze', [x, g.int64([2])]),
    second: (x) => g.op('Unsqueeze', [x, g.int64([1])]),
    list: (values) => g.op('Unsqueeze', [asFloat(g.int64(values)), g.int64([0, 1])]),
    best: (pairs) => {
      const at = g.op('ArgMax', [pairs], { axis: 2, keepdims: 1 });
      const squeeze = (x: Value): Value => g.op('Squeeze', [x, g.int64([2])]);
      return { value: squeeze(g.op('GatherElements', [pairs, at], { axis: 2 })), at: asFloat(squeeze(at)) };
    },
    sum: (pairs) => g.op('ReduceSum', [pairs, g.int64([2])], { keepdims: 0 }),
    at: (x, slots) => g.op('GatherElements', [x, g.op('Cast', [slots], { to: int64 })], { axis: 1 }),
    total: (x) => g.op('ReduceSum', [x, g.int64([1])], { keepdims: 1 }),
    before: (x) => g.op('CumSum', [x, g.int64(1)], { exclusive: 1 }),

    slots: ({ valid }) => {
      const width = g.op('Gather', [g.op('Shape', [valid]), g.int64(1)]);
      return g.op('Unsqueeze', [g.op('Range', [g.float(0), asFloat(width), g.float(1)]), g.int64([0])]);
    },
    counts: ({ counts }) => counts,
    sizes: ({ valid, merging }) => merging?.sizes ?? valid,
    segments: ({ merging }) => merging?.segments as Value,
    similarity: (x, parts) => {
      const own = constant(x);
      const mean =
        parts === 1
          ? own
          : g.op('ReduceMean', [g.op('Reshape', [own, g.int64([0, 0, parts, size / parts])])], {
              axes: [2],
              keepdims: 0,
            });
      const length = g.op('Add', [g.op('ReduceL2', [mean], { axes: [-1], keepdims: 1 }), g.float(leastNorm)]);
      const directions = g.op('Div', [mean, length]);
      return g.op('MatMul', [directions, g.op('Transpose', [directions], { perm: [0, 2, 1] })]);
    },
    constant,
  };
};

/** Which tokens of the input may become one, as `NumberOps.segments` says it: [B, T]. The same as `segmentsOf` of the core package. */
export const segmentsOnGraph = (
  g: GraphBuilder,
  { ids, typeIds, mask }: EncoderInputs,
  protectedTokens: number,
): Value => {
  const asFloat = (x: Value): Value => g.op('Cast', [x], { to: float });
  const length = g.op('Cast', [g.op('ReduceSum', [mask, g.int64([1])], { keepdims: 1 })], { to: int64 });
  const last = g.op('GatherElements', [ids, g.op('Sub', [length, g.int64(1)])], { axis: 1 }); // [B, 1]
  const ends = g.op('Equal', [ids, last]);
  const separators = g.op('CumSum', [asFloat(ends), g.int64(1)], { exclusive: 1 });
  const counted = g.op('Add', [separators, g.float(1)]);
  const segments = typeIds ? g.op('Add', [counted, g.op('Mul', [asFloat(typeIds), g.float(typeStride)])]) : counted;
  const signed = g.op('Where', [ends, g.op('Mul', [segments, g.float(-1)]), segments]);
  const width = g.op('Gather', [g.op('Shape', [ids]), g.int64(1)]);
  const places = g.op('Range', [g.int64(0), width, g.int64(1)]);
  const leading = g.op('Less', [places, g.int64(protectedTokens)]);
  return g.op('Mul', [g.op('Where', [leading, g.float(0), signed]), mask]);
};

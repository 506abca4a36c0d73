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
  /** The mean of the parts of each state. */
  const meanOf = (x: Value, parts: number): Value =>
    parts === 1
      ? constant(x)
      : g.op('ReduceMean', [g.op('Reshape', [constant(x), g.int64([0, 0, parts, size / parts])])], {
          axes: [2],
          keepdims: 0,
        });
  const lengthsOf = (x: Value, keepdims: 0 | 1): Value =>
    // ONNX Runtime adds up a row several times as fast as it takes its ReduceL2.
    g.op('Add', [
      g.op('Sqrt', [g.op('ReduceSum', [g.op('Mul', [x, x]), g.int64([-1])], { keepdims })]),
      g.float(leastNorm),
    ]);
  const products = (x: Value, y: Value): Value => g.op('MatMul', [x, g.op('Transpose', [y], { perm: [0, 2, 1] })]);
  /** Every second slot. */
  const half = (x: Value, from: 0 | 1): Value =>
    g.op('Slice', [x, g.int64([from]), g.int64([2 ** 31]), g.int64([1]), g.int64([2])]);
  return {
    add: binary('Add'),
    subtract: binary('Sub'),
    multiply: binary('Mul'),
    divide: <N extends Value>(x: N | number, y: N): N => g.op('Div', [value(x), y]) as N,
    larger: binary('Max'),
    smaller: binary('Min'),
    floor: <N extends Value>(x: N) => g.op('Floor', [x]) as N,
    less: (x, y) => g.op('Less', [value(x), value(y)]),
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
    product: (x, y) => g.op('MatMul', [x, y]),
    at: (x, slots) => g.op('GatherElements', [x, g.op('Cast', [slots], { to: int64 })], { axis: 1 }),
    total: (x) => g.op('ReduceSum', [x, g.int64([1])], { keepdims: 1 }),
    before: (x) => g.op('CumSum', [x, g.int64(1)], { exclusive: 1 }),

    slots: ({ merging }) => merging?.slots as Value,
    counts: ({ counts }) => counts,
    sizes: ({ valid, merging }) => merging?.sizes ?? valid,
    segments: ({ merging }) => merging?.segments as Value,
    similarity: (x, parts) => {
      const mean = meanOf(x, parts);
      const directions = g.op('Div', [mean, lengthsOf(mean, 1)]);
      return products(directions, directions);
    },
    everySecond: half,
    crossProducts: (x, parts) => {
      const mean = meanOf(x, parts);
      const lengths = lengthsOf(mean, 0);
      const directions = g.op('Div', [half(mean, 1), g.op('Unsqueeze', [half(lengths, 1), g.int64([2])])]);
      return { products: products(half(mean, 0), directions), lengths: half(lengths, 0) };
    },
    interleave: (x, between, { valid }) => {
      const pairs = g.op('Pad', [g.op('Unsqueeze', [x, g.int64([2])]), g.int64([0, 0, 0, 0, 0, 1]), g.float(between)]);
      const width = g.op('Slice', [g.op('Shape', [valid]), g.int64([1]), g.int64([2]), g.int64([0])]);
      return g.op('Slice', [g.op('Reshape', [pairs, g.int64([0, -1])]), g.int64([0]), width, g.int64([1])]);
    },
    constant,
  };
};

/** Whether slots are protected: [T] bool */
const leading = (g: GraphBuilder, ids: Value, protectedTokens: number): Value => {
  const width = g.op('Gather', [g.op('Shape', [ids]), g.int64(1)]);
  const places = g.op('Range', [g.int64(0), width, g.int64(1)]);
  return g.op('Less', [places, g.int64(protectedTokens)]);
};

/** The same where all but those that are protected are one segment. */
export const oneSegment = (
  g: GraphBuilder,
  { ids, mask }: Pick<EncoderInputs, 'ids' | 'mask'>,
  protectedTokens: number,
): Value => g.op('Mul', [g.op('Where', [leading(g, ids, protectedTokens), g.float(0), g.float(1)]), mask]);

/** Which tokens of the input may become one, as `NumberOps.segments` says it: [B, T]. The same as `segmentsOf` of the core package. */
export const segmentsOnGraph = (
  g: GraphBuilder,
  { ids, typeIds, mask, pixels }: EncoderInputs,
  protectedTokens: number,
): Value => {
  if (pixels !== undefined) return oneSegment(g, { ids, mask }, protectedTokens);
  const asFloat = (x: Value): Value => g.op('Cast', [x], { to: float });
  const length = g.op('Cast', [g.op('ReduceSum', [mask, g.int64([1])], { keepdims: 1 })], { to: int64 });
  const last = g.op('GatherElements', [ids, g.op('Sub', [length, g.int64(1)])], { axis: 1 }); // [B, 1]
  const ends = g.op('Equal', [ids, last]);
  const separators = g.op('CumSum', [asFloat(ends), g.int64(1)], { exclusive: 1 });
  const counted = g.op('Add', [separators, g.float(1)]);
  const segments = typeIds ? g.op('Add', [counted, g.op('Mul', [asFloat(typeIds), g.float(typeStride)])]) : counted;
  const signed = g.op('Where', [ends, g.op('Mul', [segments, g.float(-1)]), segments]);
  return g.op('Mul', [g.op('Where', [leading(g, ids, protectedTokens), g.float(0), signed]), mask]);
};

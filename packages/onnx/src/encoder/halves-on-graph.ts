import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { elementTypeNumber } from '../graph/protos.js';
import type { GraphMove, GraphTokens } from './graph-engine.js';
import { columnsOf } from './slots-on-graph.js';

const float = elementTypeNumber('float32');
const int64 = elementTypeNumber('int64');

/** Tokens that are taken two by two, each row by its own count, as `halves` of the core package has it. */
export const halveOnGraph = (
  g: GraphBuilder,
  { valid, merging }: GraphTokens,
  { training }: { readonly training: boolean },
): GraphMove => {
  const asFloat = (x: Value): Value => g.op('Cast', [x], { to: float });
  const constant = (x: Value): Value => (training ? g.op('Identity', [x]) : x);
  const one = g.float(1);
  const count = g.op('ReduceSum', [valid, g.int64([1])], { keepdims: 1 }); // [B, 1]
  const several = g.op('Greater', [count, g.float(2)]);
  const halves = g.op('Where', [several, g.op('Ceil', [g.op('Mul', [count, g.float(0.5)])]), count]);
  const most = g.op('ReduceMax', [halves], { keepdims: 0 });
  const number = (limit: Value): Value => g.op('Range', [g.float(0), limit, one]);
  const slots = number(asFloat(columnsOf(g, valid))); // [K]
  const places = number(most); // [N]
  const half = g.op('Mul', [slots, g.float(0.5)]);
  const even = g.op('Equal', [g.op('Floor', [half]), half]);
  const end = g.op('Where', [several, g.op('Sub', [count, one]), count]); // who comes after is in none
  const paired = g.op('Or', [even, g.op('Less', [g.op('Add', [slots, one]), end])]);
  const isFirst = g.op('Equal', [slots, g.float(0)]);
  const share = g.op('Where', [g.op('And', [paired, g.op('Not', [isFirst])]), g.float(0.5), one]);
  const shares = constant(g.op('Mul', [share, asFloat(g.op('Less', [slots, end]))])); // [B, K]
  const into = g.op('Expand', [
    g.op('Cast', [g.op('Min', [g.op('Ceil', [half]), g.op('Sub', [most, one])])], { to: int64 }),
    g.op('Shape', [valid]),
  ]);
  const first = g.op('Max', [g.op('Sub', [g.op('Mul', [places, g.float(2)]), one]), g.float(0)]);
  const everyRow = g.op('Cast', [first], { to: int64 });
  const rows = g.op('Slice', [g.op('Shape', [valid]), g.int64([0]), g.int64([1])]);
  const order = g.op('Expand', [everyRow, g.op('Concat', [rows, g.int64([1])], { axis: 0 })]);
  const there = asFloat(g.op('Less', [places, halves])); // [B, N]
  const sumOf = (values: Value): Value =>
    g.op('ScatterElements', [g.op('Sub', [there, there]), into, g.op('Mul', [values, shares])], {
      axis: 1,
      reduction: 'add',
    });
  return {
    order,
    slots: g.op('Unsqueeze', [order, g.int64([2])]),
    places,
    counts: halves,
    ragged: g.op('Less', [g.op('ReduceMin', [halves], { keepdims: 0 }), most]),
    width: g.op('Cast', [g.op('Reshape', [most, g.int64([1])])], { to: int64 }),
    valid: there,
    stays: undefined,
    everyRow,
    halves: {
      parts: g.op('Where', [
        g.op('Less', [g.op('Ceil', [half]), halves]),
        g.op('Add', [g.op('Cast', [g.op('Ceil', [half])], { to: int64 }), g.int64(1)]),
        g.int64(0),
      ]),
      // Where two are left, all go with the second.
      beyond: g.op('Where', [g.op('Equal', [count, g.float(2)]), g.int64(2), g.int64(0)]),
    },
    mixed: { into, shares, sizes: merging ? sumOf(merging.sizes) : there },
  };
};

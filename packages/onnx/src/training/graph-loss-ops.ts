import type { LayerLossOps } from '@length-adaptive/core/training';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { microsoft } from '../graph/graph-builder.js';

/** What a row is divided by whose sum is 0. */
const leastSum = 1e-30;

/** The arithmetic of losses as operators of a graph; states and projections are [B, T, width]. */
export const graphLossOps = (g: GraphBuilder): LayerLossOps<Value> => ({
  add: (x, y) => g.op('Add', [x, y]),
  sub: (x, y) => g.op('Sub', [x, y]),
  mul: (x, y) => g.op('Mul', [x, y]),
  neg: (x) => g.op('Neg', [x]),
  exp: (x) => g.op('Exp', [x]),
  scale: (x, factor) => g.op('Mul', [x, g.float(factor)]),
  sum: (x) => g.op('ReduceSum', [x], { keepdims: 0 }),
  logSoftmax: (x) => g.op('LogSoftmax', [x], { axis: -1 }),
  unit: (x) => g.op('LpNormalization', [x], { axis: -1, p: 2 }),
  lengths: (x) => g.op('ReduceL2', [x], { axes: [-1], keepdims: 0 }),
  shares: (x) =>
    g.op('Div', [x, g.op('Max', [g.op('ReduceSum', [x, g.int64([-1])], { keepdims: 1 }), g.float(leastSum)])]),
  products: (x, y) =>
    g.ops('FusedMatMul', [x, y], 1, {
      attributes: { transA: 0, transB: 1, alpha: { float: 1 } },
      domain: microsoft,
    })[0] as Value,
  swapLastAxes: (x) => g.op('Transpose', [x], { perm: [0, 2, 1] }),
  withOpposite: (x) => g.op('Pad', [g.op('Reshape', [x, g.int64([0, 0, 1])]), g.int64([0, 0, 0, 0, 0, 1]), g.float(0)]),
  meanOverHeads: (probabilities, heads) =>
    g.op('Mul', [g.op('ReduceSum', [probabilities, g.int64([1])], { keepdims: 1 }), g.float(1 / heads)]),
  relate: (vectors, { heads, width, factor }) => {
    const split = g.op('Transpose', [g.op('Reshape', [vectors, g.int64([0, 0, heads, width / heads])])], {
      perm: [0, 2, 1, 3],
    }); // [B, heads, T, d]
    const [products] = g.ops('FusedMatMul', [split, split], 1, {
      attributes: { transA: 0, transB: 1, alpha: { float: 1 } },
      domain: microsoft,
    }) as [Value];
    return g.op('Mul', [products, g.float(factor)]);
  },
});

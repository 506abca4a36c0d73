/** Tokens that go into others, and return, as operators of a graph. */
import type { EncoderOps } from '@length-adaptive/core/encoder';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { elementTypeNumber } from '../graph/protos.js';
import type { EncoderInputs, GraphEngine, GraphMove, MixedSlots } from './graph-engine.js';

const float = elementTypeNumber('float32');
const int64 = elementTypeNumber('int64');

/** The least sum of weights: that of a slot that nothing goes into. */
export const leastWeight = 1e-30;

/** The number of each row: [B, 1, 1] int64 */
const rowNumbers = (g: GraphBuilder, { ids }: EncoderInputs): Value => {
  const rows = g.op('Gather', [g.op('Shape', [ids]), g.int64(0)]);
  return g.op('Unsqueeze', [g.op('Range', [g.int64(0), rows, g.int64(1)]), g.int64([1, 2])]);
};

/** 1 where a slot is the one that stands there: [B, K, N] */
const oneHot = (g: GraphBuilder, slots: Value, width: Value): Value => {
  const range = g.op('Range', [g.int64(0), g.op('Squeeze', [width]), g.int64(1)]);
  return g.op('Cast', [g.op('Equal', [g.op('Unsqueeze', [slots, g.int64([2])]), range])], { to: float });
};

/** Where each token goes, and what share it has in what that becomes. */
export const mergeOnGraph = (
  g: GraphBuilder,
  by: GraphMove,
  { into, weights, sizes }: Parameters<EncoderOps<GraphEngine<unknown>>['merge']>[1],
  { training }: { readonly training: boolean },
): GraphMove => {
  const slots = g.op('Cast', [into], { to: int64 });
  const empty = g.op('Sub', [by.valid as Value, by.valid as Value]);
  const sumOf = (values: Value): Value =>
    g.op('ScatterElements', [empty, slots, values], { axis: 1, reduction: 'add' });
  const merged = sumOf(sizes);
  const total = g.op('Max', [weights === undefined ? merged : sumOf(weights), g.float(leastWeight)]);
  const sums = g.op('GatherElements', [total, slots], { axis: 1 });
  const constant = (x: Value): Value => (training ? g.op('Identity', [x]) : x);
  const mixed = {
    into: slots,
    shares: constant(g.op('Div', [weights ?? sizes, sums])),
    sizes: constant(merged),
  };
  return { ...by, mixed };
};

/**
 * Weighted sums of the states that go into one.
 *
 * @param columns how wide a state is, where that is known
 */
export const mixOnGraph = (
  g: GraphBuilder,
  x: Value,
  { width, into, shares }: Pick<GraphMove, 'width'> & Pick<MixedSlots, 'into' | 'shares'>,
  {
    training,
    inputs,
    columns,
  }: { readonly training: boolean; readonly inputs: EncoderInputs; readonly columns: number | undefined },
): Value => {
  const share = g.op('Unsqueeze', [shares, g.int64([2])]);
  if (training) {
    const all = g.op('Mul', [oneHot(g, into, width), share]); // [B, T, N]
    return g.op('MatMul', [g.op('Transpose', [all], { perm: [0, 2, 1] }), x]);
  }
  const slot = g.op('Unsqueeze', [into, g.int64([2])]); // [B, T, 1]
  const row = g.op('Expand', [rowNumbers(g, inputs), g.op('Shape', [slot])]);
  const rows = g.op('Slice', [g.op('Shape', [inputs.ids]), g.int64([0]), g.int64([1])]);
  const wide =
    columns === undefined
      ? g.op('Slice', [g.op('Shape', [x]), g.int64([2]), g.int64([3]), g.int64([0])])
      : g.int64([columns]);
  const empty = g.op('Expand', [g.float(0), g.op('Concat', [rows, width, wide], { axis: 0 })]);
  return g.op('ScatterND', [empty, g.op('Concat', [row, slot], { axis: 2 }), g.op('Mul', [x, share])], {
    reduction: 'add',
  });
};

/** The state of what each token of the input has become. */
export const takeOwners = (g: GraphBuilder, states: Value, owners: Value, training: boolean): Value => {
  if (!training) return g.op('GatherND', [states, g.op('Unsqueeze', [owners, g.int64([2])])], { batch_dims: 1 });
  const width = g.op('Slice', [g.op('Shape', [states]), g.int64([1]), g.int64([2]), g.int64([0])]);
  return g.op('MatMul', [g.op('Identity', [oneHot(g, owners, width)]), states]);
};

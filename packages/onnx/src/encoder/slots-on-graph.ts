/** Slots of tokens and where they stand, as operators of a graph. */
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { elementTypeNumber } from '../graph/protos.js';
import type { EncoderInputs } from './graph-engine.js';

const float = elementTypeNumber('float32');

/** How many columns a matrix has: scalar int64 */
export const columnsOf = (g: GraphBuilder, matrix: Value): Value =>
  g.op('Gather', [g.op('Shape', [matrix]), g.int64(1)]);

/**
 * Numbers of the rows that tokens have in the flattened input, [B * K, 1] int64; slots without a token get the row after the last.
 *
 * @param everyone of the shape of the input, [B, T], or of what else they stand among
 */
export const flatRows = (g: GraphBuilder, positions: Value, valid: Value, everyone: Value): Value => {
  const [rows, width] = [0, 1].map((axis) => g.op('Gather', [g.op('Shape', [everyone]), g.int64(axis)])) as [
    Value,
    Value,
  ];
  const starts = g.op('Unsqueeze', [g.op('Range', [g.int64(0), g.op('Mul', [rows, width]), width]), g.int64([1])]); // [B, 1]
  const flat = g.op('Where', [
    g.op('Greater', [valid, g.float(0)]),
    g.op('Add', [positions, starts]),
    g.op('Mul', [rows, width]),
  ]);
  return g.op('Reshape', [flat, g.int64([-1, 1])]);
};

/** Where each token of the input stands: [B, T] int64 */
export const everyPosition = (g: GraphBuilder, { ids }: EncoderInputs): Value => {
  const width = columnsOf(g, ids);
  return g.op('Expand', [g.op('Range', [g.int64(0), width, g.int64(1)]), g.op('Shape', [ids])]);
};

/** The number of each slot of the input: [1, T] float32 */
export const everySlot = (g: GraphBuilder, { ids }: EncoderInputs): Value => {
  const width = g.op('Cast', [columnsOf(g, ids)], { to: float });
  return g.op('Unsqueeze', [g.op('Range', [g.float(0), width, g.float(1)]), g.int64([0])]);
};

/** The numbers of slots, in every row: [B, K] int64 */
export const slotsOf = (g: GraphBuilder, valid: Value): Value => {
  const shape = g.op('Shape', [valid]);
  const width = g.op('Gather', [shape, g.int64(1)]);
  return g.op('Expand', [g.op('Range', [g.int64(0), width, g.int64(1)]), shape]);
};

/** The states of these slots: [B, T, hidden] */
export const atSlots = (g: GraphBuilder, states: Value, slots: Value): Value =>
  g.op('GatherND', [states, g.op('Unsqueeze', [slots, g.int64([2])])], { batch_dims: 1 });

/** The first of each row alone. */
export const firstOf = (g: GraphBuilder, x: Value): Value =>
  g.op('Slice', [x, g.int64([0]), g.int64([1]), g.int64([1])]);

import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import type { EncoderInputs } from './graph-engine.js';

/** What stands behind each token of its row, it and what stands before it, beside each other; zeros beyond the ends of a row: [B, T, width] -> [B, T, 3 * width]. */
export const neighboursOnGraph = (g: GraphBuilder, x: Value, { ids, mask }: EncoderInputs): Value => {
  const shape = g.op('Shape', [ids]);
  const count = g.op('Gather', [shape, g.int64(1)]);
  const slots = g.op('Range', [g.int64(0), count, g.int64(1)]); // [T]
  /** The states of the slots that stand so far behind, around the end of a row, where there is a token: so that each slot is taken once, and has its gradient. */
  const shifted = (by: number, there: Value): Value => {
    const around = g.op('Mod', [g.op('Add', [slots, g.op('Add', [count, g.int64(by)])]), count]);
    const places = g.op('Unsqueeze', [g.op('Expand', [around, shape]), g.int64([2])]); // [B, T, 1]
    const taken = g.op('GatherND', [x, places], { batch_dims: 1 });
    return g.op('Mul', [taken, g.op('Unsqueeze', [there, g.int64([2])])]);
  };
  const rest = g.op('Slice', [mask, g.int64([1]), g.int64([2 ** 31]), g.int64([1])]);
  const behind = g.op('Pad', [rest, g.int64([0, 0, 0, 1]), g.float(0)]); // [B, T]: whether a token stands there
  const before = g.op('Pad', [g.op('Slice', [mask, g.int64([0]), g.int64([-1]), g.int64([1])]), g.int64([0, 1, 0, 0]), g.float(0)]); // prettier-ignore
  return g.op('Concat', [shifted(1, behind), x, shifted(-1, before)], { axis: 2 });
};

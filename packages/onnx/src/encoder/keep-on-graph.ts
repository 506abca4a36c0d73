/** Which tokens stay, as operators of a graph. */
import type { EncoderOps } from '@length-adaptive/core/encoder';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { elementTypeNumber } from '../graph/protos.js';
import type { GraphEngine, GraphTokens } from './graph-engine.js';
import { columnsOf } from './slots-on-graph.js';

const float = elementTypeNumber('float32');

/** More than a row has. */
const manySlots = 2 ** 20;

/** Above any significance: protected tokens always stay. */
const always = 1e9;

/** Scores, [B, K] float32, with one above all others for the first `count` tokens. */
const protect = (g: GraphBuilder, scores: Value, count: number): Value => {
  if (count === 0) return scores;
  if (count === 1) {
    const others = g.op('Slice', [scores, g.int64([1]), g.int64([2 ** 31]), g.int64([1])]);
    return g.op('Pad', [others, g.int64([0, 1, 0, 0]), g.float(always)]);
  }
  const width = columnsOf(g, scores); // may be less than `count`
  const places = g.op('Range', [g.int64(0), width, g.int64(1)]);
  return g.op('Where', [g.op('Less', [places, g.int64(count)]), g.float(always), scores]);
};

/** @param ordered whether those that stay are in the order of the text; best first where not */
export const keepOnGraph = <Leaf>(
  g: GraphBuilder,
  { protectedTokens, ordered }: { readonly protectedTokens: number; readonly ordered: boolean },
): EncoderOps<GraphEngine<Leaf>>['keep'] => {
  const topK = (values: Value, count: Value): readonly [Value, Value] =>
    g.ops('TopK', [values, count], 2, { attributes: { axis: 1 } }) as [Value, Value];
  /** The best slots in the order of the text, those that hold a token first, and which are among those. */
  const inOrder = (
    best: Value,
    { holds, width, tokens: { valid, merging } }: { holds: Value; width: Value; tokens: GraphTokens },
  ): { readonly order: Value; readonly stays: Value } => {
    const kept = g.op('ScatterElements', [g.op('Sub', [valid, valid]), best, holds], { axis: 1 });
    const everySlotOf = (x: Value): Value => {
      const slots = g.op('Cast', [columnsOf(g, x)], { to: float });
      return g.op('Range', [g.float(0), slots, g.float(1)]);
    };
    const places = g.op('Sub', [g.op('Mul', [kept, g.float(manySlots)]), merging?.slots ?? everySlotOf(valid)]);
    const [, order] = topK(places, width);
    return { order, stays: g.op('Greater', [kept, g.float(0)]) };
  };
  return (scores, { counts, width, ragged }, tokens) => {
    const [, best] = topK(protect(g, scores, protectedTokens), width); // best first; ties to the earlier
    const asSlots = (order: Value): Value => g.op('Unsqueeze', [order, g.int64([2])]);
    const everyPlace = (): Value =>
      g.op('Range', [g.float(0), g.op('Squeeze', [g.op('Cast', [width], { to: float })]), g.float(1)]);
    if (!ordered) {
      const [slots, places] = [asSlots(best), everyPlace()];
      return { order: best, slots, places, counts, ragged, width, valid: undefined, stays: undefined };
    }
    const places = everyPlace();
    const valid = g.op('Cast', [g.op('Less', [places, counts])], { to: float });
    const { order, stays } = inOrder(best, { holds: valid, width, tokens });
    return { order, slots: asSlots(order), places, counts, ragged, width, valid, stays };
  };
};

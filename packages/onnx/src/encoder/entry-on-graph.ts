/** In which order tokens enter, as operators of a graph. */
import type { SummaryToken } from '@length-adaptive/core/encoder';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { elementTypeNumber } from '../graph/protos.js';
import type { EncoderInputs } from './graph-engine.js';
import { columnsOf } from './slots-on-graph.js';

/** How tokens enter, where another than the first stands for an input: [B, T] int64 each. */
export interface Entry {
  /** Where they stand, in the order in which they enter. */
  readonly order: Value;
  /** The slot that each of them enters at. */
  readonly places: Value;
}

/** The token that stands for a text before all others, as `entryOrder` of the core package has it. */
export const entryOf = (g: GraphBuilder, { ids, mask }: EncoderInputs, summary: SummaryToken): Entry => {
  const real = g.op('Where', [g.op('Greater', [mask, g.float(0)]), ids, g.int64(-1)]);
  const asked =
    summary === 'largest-id'
      ? real
      : g.op('Cast', [g.op('Equal', [real, g.int64(summary.id)])], { to: elementTypeNumber('int32') });
  const at = g.op('ArgMax', [asked], { axis: 1, keepdims: 1 }); // the first of several: [B, 1]
  const width = columnsOf(g, ids);
  const slots = g.op('Unsqueeze', [g.op('Range', [g.int64(0), width, g.int64(1)]), g.int64([0])]); // [1, T]
  const behind = g.op('Greater', [slots, at]);
  const first = g.op('Equal', [slots, g.int64(0)]);
  return {
    order: g.op('Where', [first, at, g.op('Where', [behind, slots, g.op('Sub', [slots, g.int64(1)])])]),
    places: g.op('Where', [
      g.op('Equal', [slots, at]),
      g.int64(0),
      g.op('Where', [behind, slots, g.op('Add', [slots, g.int64(1)])]),
    ]),
  };
};

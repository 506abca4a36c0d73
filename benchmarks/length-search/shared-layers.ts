/** What it would save that points which keep as many tokens in their first layers run these together. */
import type { EncoderShape, LengthConfig } from '@length-adaptive/core';
import { cost, keptTokens, lengthsOf } from '@length-adaptive/core';
import type { LabelledInput, ParetoPoint, RunnableModel } from '@length-adaptive/models';

/** MACs of the first layers, as many as lengths are given. */
const costOfFirst = (shape: EncoderShape, lengths: LengthConfig, tokens: number): number =>
  cost({ ...shape, layers: lengths.length }, lengths, tokens);

/** Times as many MACs as one batch of points needs when each first part that several have runs once: all together, and each of the layers by itself. */
const macsOf = (
  batch: readonly ParetoPoint[],
  { dimensions }: RunnableModel,
  tokens: number,
): { readonly apart: number; readonly shared: number } => {
  const seen = new Set<string>();
  let [apart, shared] = [0, 0];
  for (const { point } of batch) {
    const lengths = lengthsOf(point, dimensions.layers);
    const kept = keptTokens(lengths, tokens);
    lengths.forEach((_, layer) => {
      const before = layer === 0 ? 0 : costOfFirst(dimensions, lengths.slice(0, layer), tokens);
      const own = costOfFirst(dimensions, lengths.slice(0, layer + 1), tokens) - before;
      const key = kept.slice(0, layer + 1).join(' ');
      apart += own;
      if (!seen.has(key)) shared += own;
      seen.add(key);
    });
  }
  return { apart, shared };
};

/**
 * MACs of points that all run from the first layer on, for each that is left where the points of a batch share first layers in which they keep
 * as many tokens.
 *
 * @param batches points in the order in which they were scored
 */
export const sharedLayers = (
  batches: readonly (readonly ParetoPoint[])[],
  model: RunnableModel,
  examples: readonly LabelledInput[],
): number => {
  let [apart, shared] = [0, 0];
  for (const batch of batches) {
    for (const { input } of examples) {
      const own = macsOf(batch, model, input.ids.length);
      apart += own.apart;
      shared += own.shared;
    }
  }
  return apart / shared;
};

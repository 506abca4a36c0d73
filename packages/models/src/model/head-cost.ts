import type { HeadCost, Wanted } from '@length-adaptive/core';
import { classificationHeadCost, tokenHeadCost } from '@length-adaptive/core/lengths';
import type { Dimensions, Readout } from '../architectures/architecture.js';
import { wantedStates } from '../tasks/readout.js';

type HeadDimensions = Pick<Dimensions, 'hiddenSize' | 'image' | 'tokenPooler' | 'withoutPooler'>;

/** MACs of a head. */
export const headCostOf = (
  { hiddenSize, image, tokenPooler = false, withoutPooler = image !== undefined }: HeadDimensions,
  { pool, outputs, layer }: Readout,
): HeadCost => {
  if (layer === 'none') return () => 0; // a mean of states counts nothing, as what ranks and moves tokens does
  if (withoutPooler && pool !== 'none') return () => (pool === 'first-two' ? 2 : 1) * hiddenSize * outputs;
  return pool === 'none'
    ? tokenHeadCost(hiddenSize, outputs + (tokenPooler ? hiddenSize : 0))
    : classificationHeadCost(hiddenSize, outputs);
};

/** What the cost of a model depends on beside its dimensions: its head, and whether that reads the first token alone. */
export const costOptionsOf = (
  dimensions: HeadDimensions,
  readout: Readout,
): { readonly head: HeadCost; readonly wanted: Wanted } => ({
  head: headCostOf(dimensions, readout),
  wanted: wantedStates(readout),
});

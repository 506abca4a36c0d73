import type { RelativePositions, WeightTree } from './weights.js';

/** What attention compares, as a number: tokens with tokens, and with vectors of distances. The scores are divided by its root too. */
export const comparisonsOf = <Leaf>(relative: WeightTree<RelativePositions, Leaf> | undefined): number =>
  1 + (relative?.vectors?.key === undefined ? 0 : 1) + (relative?.vectors?.query === undefined ? 0 : 1);

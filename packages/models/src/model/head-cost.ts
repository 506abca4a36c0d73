import type { HeadCost } from '@length-adaptive/core';
import { classificationHeadCost, tokenHeadCost } from '@length-adaptive/core/lengths';
import type { Dimensions, Readout } from '../architectures/architecture.js';

/** MACs of a head. */
export const headCostOf = ({ hiddenSize }: Pick<Dimensions, 'hiddenSize'>, { pool, outputs }: Readout): HeadCost =>
  pool === 'first' ? classificationHeadCost(hiddenSize, outputs) : tokenHeadCost(hiddenSize, outputs);

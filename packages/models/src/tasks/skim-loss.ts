/** What it costs that tokens stay, where a reducer learns to decide (after Transkimmer, Guan et al. 2022). */
import type { LossOps } from '@length-adaptive/core/training';
import type { LabelledInput } from './labelled-input.js';
import { widthOf } from './target-arrays.js';

/** What each token of a batch costs in a layer, [B, T]: the price of all of them in sum, and nothing for padding. */
export const tokenPrices = (batch: readonly LabelledInput[], price: number): Float32Array => {
  const width = widthOf(batch);
  const count = batch.reduce((sum, { input }) => sum + input.ids.length, 0);
  const prices = new Float32Array(batch.length * width);
  batch.forEach(({ input: { ids } }, row) => prices.fill(price / count, row * width, row * width + ids.length));
  return prices;
};

/**
 * The price of the tokens that stay, the mean over the layers; undefined where none decides.
 *
 * @param decisions 1 for each token that is there after a layer, 0 for the others, [B, T] each
 * @param prices as `tokenPrices` gives them, [B, T]
 */
export const skimLoss = <T>(ops: LossOps<T>, decisions: readonly T[], prices: T): T | undefined => {
  const losses = decisions.map((there) => ops.sum(ops.mul(there, prices)));
  const [first, ...others] = losses;
  if (first === undefined) return undefined;
  return ops.scale(others.reduce((sum, loss) => ops.add(sum, loss), first), 1 / losses.length); // prettier-ignore
};

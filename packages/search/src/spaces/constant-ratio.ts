import { checkOptions } from '../check-options.js';
import { SearchError } from '../errors.js';

/**
 * A chain that keeps the same share at every layer: `[r, r^2, r^3, ...]`.
 *
 * @example
 * constantRatioChain(3, 0.5); // [0.5, 0.25, 0.125]
 */
export const constantRatioChain = (layers: number, ratio: number): readonly number[] => {
  let share = 1;
  return Array.from({ length: layers }, () => (share *= ratio));
};

const meanShare = (layers: number, ratio: number): number => {
  let share = 1;
  let sum = 0;
  for (let i = 0; i < layers; i += 1) sum += share *= ratio;
  return sum / layers;
};

/** The ratio whose chain keeps `share` on average, by bisection to 1e-12: the mean share grows with the ratio. */
const ratioOf = (layers: number, share: number): number => {
  let low = 0;
  let high = 1;
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (meanShare(layers, middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};

/**
 * Constant-ratio chains to start a search from: their mean kept shares are equally spaced strictly between the mean
 * share of the smallest chain and 1. This is the initial population of the Length-Adaptive Transformer
 * (Kim and Cho, ACL 2021), for any number of layers.
 *
 * @param options `layers` and `count` are integers >= 1; `smallest` is the per-layer ratio of the smallest chain, in (0, 1)
 * @returns `count` chains, smallest first
 * @throws SearchError `INVALID_OPTION` outside those ranges
 * @example
 * const seeds = constantRatioSeeds({ layers: 12, count: 20, smallest: 0.8 });
 */
export const constantRatioSeeds = ({
  layers,
  count,
  smallest,
  ...others
}: {
  readonly layers: number;
  readonly count: number;
  readonly smallest: number;
}): readonly (readonly number[])[] => {
  checkOptions('constantRatioSeeds()', others, ['layers', 'count', 'smallest']);
  if (
    !Number.isInteger(layers) ||
    layers < 1 ||
    !Number.isInteger(count) ||
    count < 1 ||
    !(smallest > 0 && smallest < 1)
  ) {
    throw new SearchError(
      'INVALID_OPTION',
      `layers ${layers}, count ${count}, smallest ${smallest}: expected integers >= 1 and a ratio between 0 and 1.`,
    );
  }
  const least = meanShare(layers, smallest);
  return Array.from({ length: count }, (_, i) => {
    const share = least + ((1 - least) * (i + 1)) / (count + 1);
    return constantRatioChain(layers, ratioOf(layers, share));
  });
};

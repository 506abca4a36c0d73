import { SearchError } from '../errors.js';

/** A bound for all genes, or one for each. */
export type Bound = number | readonly number[];

/** The box a real vector lives in. */
export interface Box {
  /** Default 0. */
  readonly lower?: Bound;
  /** Default 1. */
  readonly upper?: Bound;
}

/** A box gene by gene, for hot loops. */
export interface Bounds {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

const at = (bound: Bound, gene: number): number | undefined => (typeof bound === 'number' ? bound : bound[gene]);

const genesOf = (bound: Bound): number => (typeof bound === 'number' ? 1 : bound.length);

/** @throws SearchError `INVALID_OPTION` unless each of `length` genes has finite bounds, lower <= upper */
export const boundsOf = ({ lower = 0, upper = 1 }: Box, length: number): Bounds => {
  const low = new Float64Array(length);
  const high = new Float64Array(length);
  for (let i = 0; i < length; i += 1) {
    const [least = NaN, most = NaN] = [at(lower, i), at(upper, i)];
    if (!(least <= most && Number.isFinite(most - least))) {
      const mend = least > most ? 'Swap them.' : 'Give one number for all genes, or one for each.';
      throw new SearchError(
        'INVALID_OPTION',
        `gene ${i} has bounds [${at(lower, i)}, ${at(upper, i)}]: expected finite numbers, lower <= upper. ${mend}`,
      );
    }
    low[i] = least;
    high[i] = most;
  }
  return { low, high };
};

/** @throws SearchError `INVALID_OPTION` unless bounds are as for `boundsOf`, and integers at most 2^32 - 1 apart */
export const integerBoundsOf = (box: Box, length: number): Bounds => {
  const bounds = boundsOf(box, length);
  bounds.low.forEach((low, i) => {
    const high = bounds.high[i] ?? NaN;
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || high - low >= 2 ** 32) {
      throw new SearchError(
        'INVALID_OPTION',
        `gene ${i} has bounds [${low}, ${high}]: expected integers less than 2^32 apart. Round them, or use reals.`,
      );
    }
  });
  return bounds;
};

/**
 * The bounds of genomes whose length is known only when they come. They are laid out again only for another length than last time.
 *
 * @param layOut `boundsOf` or `integerBoundsOf`
 * @throws SearchError `INVALID_OPTION` for an impossible box, at once
 */
export const boundsFor = (box: Box, layOut = boundsOf): ((length: number) => Bounds) => {
  let bounds = layOut(box, Math.max(genesOf(box.lower ?? 0), genesOf(box.upper ?? 1)));
  return (length) => (bounds.low.length === length ? bounds : (bounds = layOut(box, length)));
};

import type { RankedDocument } from '@length-adaptive/models/worker';

/** A ranked passage with how many places it is above where the first search had it; below where that is negative. */
export interface ShownDocument {
  /** Its number among the candidates. */
  readonly candidate: number;
  readonly up: number;
  /** Whether it is not among as many of the full length's first. */
  readonly isNew: boolean;
}

/** The first of a ranking, beside the order in which the candidates came and the ranking of the full length. */
export const shownOf = (
  results: readonly Pick<RankedDocument, 'index'>[],
  full: readonly Pick<RankedDocument, 'index'>[],
  count = 5,
): ShownDocument[] => {
  const whole = new Set(full.slice(0, count).map(({ index }) => index));
  return results.slice(0, count).map(({ index }, place) => ({
    candidate: index,
    up: index - place,
    isNew: !whole.has(index),
  }));
};

/** How many of the first of a ranking are among the first of another. */
export const sharedFirst = (
  one: readonly Pick<RankedDocument, 'index'>[],
  other: readonly Pick<RankedDocument, 'index'>[],
  count = 5,
): number => shownOf(one, other, count).filter(({ isNew }) => !isNew).length;

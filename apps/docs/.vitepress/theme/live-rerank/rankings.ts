import type { MeasuredCascade, RankedDocument } from '@length-adaptive/models/worker';

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

/** A way to rank that the page offers. */
export interface Way {
  readonly name: string;
  /** Absent: the full length. */
  readonly cascade?: MeasuredCascade;
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

const nameOf = ({ keep, cost, fidelity }: MeasuredCascade): string =>
  `${percent(cost)} of the cost: ${keep > 0 ? `a short look at all, the best ${keep} again at full length` : 'a short look at all'} (fidelity ${fidelity.toFixed(2)})`;

/** The full length, and some of what a search found, the dearest first: those that are near enough to the full length. */
export const waysOf = (cascades: readonly MeasuredCascade[], least: number, most = 5): Way[] => {
  const near = cascades.filter(({ fidelity, cost }) => fidelity >= least && cost < 1).reverse();
  const step = Math.max(1, near.length / most);
  const some = Array.from(
    { length: Math.min(most, near.length) },
    (_, i) => near[Math.min(near.length - 1, Math.floor((i + 1) * step) - 1)] as MeasuredCascade,
  );
  return [{ name: 'Full length' }, ...some.map((cascade) => ({ name: nameOf(cascade), cascade }))];
};

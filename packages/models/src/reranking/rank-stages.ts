/** What the stages of a ranking gave, as one order: the law of cascades, wherever their passes run. */
import { fuseOrders } from './fuse-orders.js';

/** How things that were scored are ordered. */
export interface StageOrder<Found> {
  /** Its number among all that came. */
  place(found: Found): number;
  /** Below 0 where the first is the more relevant; of equal ones the earlier comes first. */
  compare(one: Found, other: Found): number;
}

/**
 * What one stage gave, the best first.
 *
 * @param fuses whether the order in which all came counts, too
 */
export const rankStage = <Found>(
  found: readonly Found[],
  { place, compare }: StageOrder<Found>,
  fuses: boolean,
): Found[] => {
  const byArrival = (one: Found, other: Found): number => place(one) - place(other);
  const ranked = [...found].sort((one, other) => compare(one, other) || byArrival(one, other));
  return fuses ? fuseOrders([ranked, [...ranked].sort(byArrival)]) : ranked;
};

/** What ranked stages gave together: what a later one saw before the others, which stay in the order of the one before. */
export const laterFirst = <Found>(
  stages: readonly (readonly Found[])[],
  { place }: Pick<StageOrder<Found>, 'place'>,
): Found[] => {
  const seen = new Set<number>();
  return [...stages].reverse().flatMap((stage) => {
    const own = stage.filter((found) => !seen.has(place(found)));
    own.forEach((found) => seen.add(place(found)));
    return own;
  });
};

/** As many of the first as can be paid for: plans reckon with things that cost the same. */
export const leadingWithin = <Found>(
  best: readonly Found[],
  { most, costOf }: { readonly most: number; costOf(found: Found): number },
): readonly Found[] => {
  let left = most * (1 + 1e-9);
  const dear = best.findIndex((found) => (left -= costOf(found)) < 0);
  return dear < 0 ? best : best.slice(0, dear);
};

/**
 * How near a ranking is to another that it stands for, 0 to 1: nDCG@k where the document at rank r of the first k of the other gains 1 / r. It is
 * 1 when the first k are the same in the same order. No labels are needed.
 *
 * @param full items, the best first, as they should be ranked
 * @param other the same items, as they are ranked
 * @example
 * rankingFidelity([3, 1, 2], [1, 3, 2], 2); // 0.859...
 */
export const rankingFidelity = <T>(full: readonly T[], other: readonly T[], k = 10): number => {
  const gains = new Map(full.slice(0, k).map((item, rank) => [item, 1 / (rank + 1)]));
  const gained = (items: readonly T[]): number =>
    items.slice(0, k).reduce((sum, item, rank) => sum + (gains.get(item) ?? 0) / Math.log2(rank + 2), 0);
  return gained(other) / gained(full);
};

/** How many inputs there are of each length, those that came first in front. */
export type LengthCounts = ReadonlyMap<number, number>;

export const countLengths = (lengths: readonly number[]): LengthCounts => {
  const counts = new Map<number, number>();
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1);
  return counts;
};

/** The sum of what inputs are worth each. Many are of the same length, and what that is worth is asked for once. */
export const sumOverCounts = (counts: LengthCounts, worth: (length: number) => number): number => {
  let sum = 0;
  for (const [length, count] of counts) sum += count * worth(length);
  return sum;
};

/** The same of inputs of these numbers of tokens. */
export const sumOverLengths = (tokens: readonly number[], worth: (tokens: number) => number): number =>
  sumOverCounts(countLengths(tokens), worth);

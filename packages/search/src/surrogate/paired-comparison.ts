import { studentQuantile } from './student.js';

/**
 * Is one clearly better than the other on all examples, by what both have on some of them? A one-sided paired t test of
 * the differences, `a - b`, against a mean of at most 0.
 *
 * - Examples were drawn without replacement, so the standard error has the factor `sqrt(1 - n / N)`.
 * - One more difference is counted, as far to the worse side as the farthest seen on either: where a few differences
 *   are all alike, their spread says nothing of those to come.
 *
 * @param differences of the examples seen; positive where the first is better
 * @param options `examples`: how many there are in all; `error`: the probability of a yes where the mean of all is not
 * above 0
 */
export const isClearlyBetter = (
  differences: readonly number[],
  { examples, error }: { readonly examples: number; readonly error: number },
): boolean => {
  const farthest = differences.reduce((most, difference) => Math.max(most, Math.abs(difference)), 0);
  const count = differences.length + 1;
  if (farthest === 0 || count < 3) return false;
  const mean = (differences.reduce((sum, difference) => sum + difference, 0) - farthest) / count;
  if (!(mean > 0)) return false;
  const squares = differences.reduce((sum, difference) => sum + (difference - mean) ** 2, (farthest + mean) ** 2);
  const left = 1 - differences.length / examples;
  const standardError = Math.sqrt((Math.max(0, left) * squares) / (count - 1) / count);
  return mean > studentQuantile(1 - error, count - 1) * standardError;
};

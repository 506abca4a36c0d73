import type { Rows } from './algorithm.js';

/** A weight of 0 would leave an objective out altogether. */
const LEAST_WEIGHT = 1e-4;

/**
 * How bad a row is for a weight: the largest distance from the ideal point, each objective scaled and divided by its part of the weight
 * (Tchebycheff; Zhang and Li 2007). What breaks constraints is behind all that does not.
 *
 * @param scaledBy the rows whose worst values are the scale
 */
export const createScale = (
  { values, objectives, violations }: Rows,
  ideal: Float64Array,
  scaledBy: Iterable<number>,
) => {
  const span = new Float64Array(objectives);
  for (const row of scaledBy)
    for (let m = 0; m < objectives; m += 1)
      span[m] = Math.max(span[m] ?? 0, (values[row * objectives + m] ?? 0) - (ideal[m] ?? 0));
  const badness = (row: number, weight: readonly number[]): number => {
    let most = 0;
    for (let m = 0; m < objectives; m += 1) {
      const distance = ((values[row * objectives + m] ?? 0) - (ideal[m] ?? 0)) / (span[m] || 1);
      most = Math.max(most, distance / Math.max(LEAST_WEIGHT, weight[m] ?? 0));
    }
    return most;
  };
  /** Negative where row `a` is the better one for a weight. */
  const compare = (a: number, b: number, weight: readonly number[]): number =>
    (violations[a] ?? 0) - (violations[b] ?? 0) || badness(a, weight) - badness(b, weight);
  return { span, badness, compare };
};

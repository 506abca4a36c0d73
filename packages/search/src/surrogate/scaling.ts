import { SearchError } from '../errors.js';

/** Turns features and targets into the numbers that kernels are made for, and back. */
interface Scaling {
  readonly width: number;
  /**
   * Rows of features, each number from -1 at the least that was measured to 1 at the greatest; 0 where all were equal.
   */
  rows(points: readonly (readonly number[])[]): Float64Array;
  /** A target in standard deviations from the mean. */
  target(value: number): number;
  value(target: number): number;
  /** How many units of the targets are 1. */
  readonly unit: number;
}

/** @throws SearchError `INVALID_OPTION` for no points, rows of different lengths, or numbers that are not finite */
export const scalingOf = (points: readonly (readonly number[])[], targets: readonly number[]): Scaling => {
  const width = points[0]?.length ?? 0;
  const bad = points.findIndex((point) => point.length !== width || !point.every(Number.isFinite));
  if (
    points.length === 0 ||
    width === 0 ||
    bad >= 0 ||
    targets.length !== points.length ||
    !targets.every(Number.isFinite)
  ) {
    throw new SearchError(
      'INVALID_OPTION',
      `${points.length} points and ${targets.length} targets came, ` +
        (bad >= 0 ? `point ${bad} being ${JSON.stringify(points[bad])}` : `points of ${width} features`) +
        ': expected one or more of each, as many features for every point, one at least, and finite numbers.',
    );
  }
  const low = new Float64Array(width).fill(Infinity);
  const high = new Float64Array(width).fill(-Infinity);
  for (const point of points) {
    for (let d = 0; d < width; d += 1) {
      low[d] = Math.min(low[d] ?? 0, point[d] ?? 0);
      high[d] = Math.max(high[d] ?? 0, point[d] ?? 0);
    }
  }
  const mean = targets.reduce((sum, value) => sum + value, 0) / targets.length;
  const variance = targets.reduce((sum, value) => sum + (value - mean) ** 2, 0) / targets.length;
  const unit = variance > 0 ? Math.sqrt(variance) : 1;
  return {
    width,
    unit,
    rows: (some) => {
      const rows = new Float64Array(some.length * width);
      some.forEach((point, i) => {
        for (let d = 0; d < width; d += 1) {
          const range = (high[d] ?? 0) - (low[d] ?? 0);
          rows[i * width + d] = range > 0 ? (2 * ((point[d] ?? 0) - (low[d] ?? 0))) / range - 1 : 0;
        }
      });
      return rows;
    },
    target: (value) => (value - mean) / unit,
    value: (target) => mean + unit * target,
  };
};

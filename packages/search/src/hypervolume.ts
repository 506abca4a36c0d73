import { axesOf, toMinimized, type Directions, type Objectives } from './dominance.js';
import { SearchError } from './errors.js';

/** The exact area two minimised objectives dominate below a reference corner: one sweep, O(N log N). */
export const areaBelow = (values: Float64Array, referenceX: number, referenceY: number): number => {
  const order = new Uint32Array(values.length / 2);
  for (let i = 0; i < order.length; i += 1) order[i] = i;
  order.sort((a, b) => (values[2 * a] ?? 0) - (values[2 * b] ?? 0));
  let area = 0;
  let ceiling = referenceY;
  for (const point of order) {
    const x = values[2 * point] ?? 0;
    const y = values[2 * point + 1] ?? 0;
    if (x >= referenceX) break;
    if (y >= ceiling) continue;
    area += (referenceX - x) * (ceiling - y);
    ceiling = y;
  }
  return area;
};

/**
 * The hypervolume of a set of points: how much of objective space, up to a reference point, is dominated by them.
 * Exact, for two objectives. Points that do not beat the reference in both objectives add nothing.
 *
 * @param points objective values by name; dominated points and duplicates are harmless
 * @param reference a point worse than all of interest, in the units of the objectives
 * @throws SearchError `UNSUPPORTED` unless there are two objectives
 * @example
 * hypervolume([{ cost: 1, score: 2 }], { cost: 3, score: 0 }, { cost: 'minimize', score: 'maximize' }); // 4
 */
export const hypervolume = <Name extends string>(
  points: readonly Objectives<Name>[],
  reference: Objectives<Name>,
  directions: Directions<Name>,
): number => {
  const axes = axesOf(directions);
  requireTwo(axes.length);
  const [x = 0, y = 0] = toMinimized([reference], axes);
  return areaBelow(toMinimized(points, axes), x, y);
};

/** @throws SearchError `UNSUPPORTED` unless there are two objectives */
export const requireTwo = (objectives: number): void => {
  if (objectives !== 2) {
    throw new SearchError(
      'UNSUPPORTED',
      `hypervolume is exact for 2 objectives, ${objectives} came. Leave \`reference\` out, or measure a pair of them.`,
    );
  }
};

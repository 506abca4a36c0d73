import { axesOf, type Directions } from './dominance.js';
import { extentOf } from './extent.js';
import { finiteRows } from './indicators/rows.js';
import type { Measured, ObjectiveOf } from './measured.js';

/**
 * How much each solution of a front favours each objective (Deb 2001, section 8.4): its distance from the front's worst, as a share of the
 * front's range, and of the sum over the objectives. The weights of a solution add up to 1; where all are equal so are the weights.
 *
 * @returns the weights of each solution by objective, in the order of the front
 * @throws SearchError `INVALID_OBJECTIVES` for a value that is missing or not finite
 * @example
 * const { front } = await minimize(problem, { generations: 20 });
 * const weights = pseudoWeights(front, problem.objectives);
 * const frugal = front.filter((_, i) => weights[i].cost > 0.7);
 */
export const pseudoWeights = <Item extends Measured>(
  front: readonly Item[],
  directions: Directions<ObjectiveOf<Item>>,
): readonly Readonly<Record<ObjectiveOf<Item>, number>>[] => {
  const axes = axesOf(directions);
  const objectives = axes.length;
  const points = front.map((item) => item.objectives as Readonly<Record<ObjectiveOf<Item>, number>>);
  const values = finiteRows(points, axes, { what: 'a solution' });
  const ranges = axes.map((_, m) => {
    const column = points.map((_unused, row) => values[row * objectives + m] ?? 0);
    const { least, most } = extentOf(column);
    return { worst: most, range: most - least };
  });
  return points.map((_, row) => {
    const shares = ranges.map(({ worst, range }, m) =>
      range > 0 ? (worst - (values[row * objectives + m] ?? 0)) / range : 0,
    );
    const sum = shares.reduce((total, share) => total + share, 0);
    return Object.fromEntries(
      axes.map(({ name }, m) => [name, sum > 0 ? (shares[m] ?? 0) / sum : 1 / objectives]),
    ) as Record<ObjectiveOf<Item>, number>;
  });
};

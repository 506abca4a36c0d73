import type { Rows } from '../algorithms/algorithm.js';
import { constrainedSort, fillFromFronts } from '../algorithms/constrained-sort.js';
import { thinByCrowding } from '../algorithms/thin-by-crowding.js';
import { axesOf, toMinimized, type Directions, type Objectives } from '../dominance.js';
import type { Result } from '../problem.js';
import { isDiscarded } from '../results.js';

/** What is wanted of the numbers in a result. */
export interface Goals<Name extends string, Constraint extends string> {
  readonly objectives: Directions<Name>;
  readonly constraints: readonly Constraint[];
}

const toRows = <Name extends string, Constraint extends string>(
  points: readonly Objectives<Name | Constraint>[],
  { objectives, constraints }: Goals<Name, Constraint>,
): Rows => {
  const axes = axesOf(objectives);
  const violationOf = (point: Objectives<Constraint>): number =>
    constraints.reduce((sum, name) => sum + Math.max(0, point[name]), 0);
  return {
    values: toMinimized(points, axes),
    objectives: axes.length,
    violations: Float64Array.from(points, violationOf),
  };
};

/**
 * The best `room` of a batch: by front under constrained domination, the last front thinned by crowding. Of equals the earlier one
 * is taken, and none that was discarded.
 *
 * @returns positions in the batch, ascending
 */
export const bestOf = <Name extends string, Constraint extends string>(
  results: readonly Result<Name | Constraint>[],
  room: number,
  goals: Goals<Name, Constraint>,
): readonly number[] => {
  const positions: number[] = [];
  const points: Objectives<Name | Constraint>[] = [];
  results.forEach((result, i) => {
    if (isDiscarded(result)) return;
    positions.push(i);
    points.push(result);
  });
  const rows = toRows(points, goals);
  const thin = (front: Uint32Array, left: number): Uint32Array =>
    thinByCrowding(rows.values, rows.objectives, front, left);
  const best = fillFromFronts(constrainedSort(rows).fronts, room, thin);
  return Array.from(best, (row) => positions[row] ?? 0).sort((a, b) => a - b);
};

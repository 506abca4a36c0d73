import { axesOf, compareRows, toMinimized, type Directions, type Objectives } from './dominance.js';
import { nonDominatedSort } from './non-dominated-sort.js';

/**
 * The members of a set that nothing else in it dominates, from best to worst in the first objective. Of several with
 * equal objective values the first is kept.
 *
 * @param items points with a number for each objective, or anything if `objectives` says where those numbers are
 * @param directions the objectives that count; other fields are carried along
 * @throws SearchError `INVALID_OBJECTIVES` for a value that is missing or NaN, `INVALID_OPTION` for a direction that is none
 * @example
 * paretoFront(
 *   [{ cost: 1, score: 5 }, { cost: 2, score: 4 }, { cost: 3, score: 9 }],
 *   { cost: 'minimize', score: 'maximize' },
 * ); // costs 1 and 3
 */
export function paretoFront<Name extends string, Point extends Objectives<Name>>(
  items: readonly Point[],
  directions: Directions<Name>,
): Point[];
export function paretoFront<Name extends string, Item>(
  items: readonly Item[],
  directions: Directions<Name>,
  options: { readonly objectives: (item: Item) => Objectives<Name> },
): Item[];
export function paretoFront<Name extends string>(
  items: readonly Objectives<Name>[],
  directions: Directions<Name>,
  { objectives = (item) => item }: { readonly objectives?: (item: Objectives<Name>) => Objectives<Name> } = {},
): Objectives<Name>[] {
  const axes = axesOf(directions);
  const values = toMinimized(items.map(objectives), axes);
  return frontRows(values, axes.length).flatMap((row) => items[row] ?? []);
}

/** The rows of the first front without repeated objective vectors, in lexicographic order of their values. */
export const frontRows = (values: Float64Array, objectives: number): number[] => {
  const [front = new Uint32Array(0)] = nonDominatedSort(values, objectives).fronts;
  const compare = (a: number, b: number): number => compareRows(values, objectives, a, b);
  const rows = Array.from(front).sort(compare);
  return rows.filter((row, i) => i === 0 || compare(rows[i - 1] ?? 0, row) !== 0);
};

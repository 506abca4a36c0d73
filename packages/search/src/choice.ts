import { checkOptions } from './check-options.js';
import { axesOf, type Directions } from './dominance.js';
import { invalidOption, SearchError } from './errors.js';
import { finiteRows } from './indicators/rows.js';
import { isFeasible, type Measured, type ObjectiveOf } from './measured.js';
import { frontRows } from './pareto.js';

/** What an objective must keep to; both ends belong to it. */
export interface Limits {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Limits of some objectives, by name. */
export type Conditions<Name extends string = string> = { readonly [Key in Name]?: Limits };

const checkObjectiveNames = (item: Measured, named: readonly string[]): void => {
  const unknown = named.find((name) => !(name in item.objectives));
  if (unknown !== undefined) {
    throw new SearchError(
      'INVALID_OPTION',
      `"${unknown}" is no objective of the front: expected ${Object.keys(item.objectives).join(', ')}.`,
    );
  }
};

/** @throws SearchError `INVALID_OPTION` for limits that are none: one that is misspelt would let everything pass */
const checkLimits = (name: string, limits: Limits | undefined): void => {
  if (limits === undefined) return;
  checkOptions(`the limits of "${name}"`, limits, ['atLeast', 'atMost']);
  for (const [key, value] of Object.entries(limits))
    if (value !== undefined && (typeof value !== 'number' || Number.isNaN(value)))
      throw invalidOption(`${key} of "${name}"`, value, 'a number');
};

/** The item with the least `sign * objectives[name]` of those that meet the conditions; the first of several. */
const least = <Item extends Measured>(
  front: readonly Item[],
  { name, sign, where }: { readonly name: string; readonly sign: 1 | -1; readonly where: Conditions },
): Item | undefined => {
  if (front[0]) checkObjectiveNames(front[0], [name, ...Object.keys(where)]);
  const conditions = Object.entries(where);
  for (const [key, limits] of conditions) checkLimits(key, limits);
  const value = (item: Item): number => sign * (item.objectives[name] ?? NaN);
  return front
    .filter(isFeasible)
    .filter(({ objectives }) =>
      conditions.every(([key, { atLeast = -Infinity, atMost = Infinity } = {}]) => {
        const own = objectives[key] ?? NaN;
        return own >= atLeast && own <= atMost;
      }),
    )
    .reduce<Item | undefined>(
      (best, item) => (best === undefined || value(item) < value(best) ? item : best),
      undefined,
    );
};

/**
 * The cheapest of a front that is good enough.
 *
 * @param front solutions; the first of equally cheap ones is taken, none that breaks a constraint
 * @param options what to `minimize`, and `where`: the limits to keep to, by objective
 * @returns undefined when nothing qualifies
 * @throws SearchError `INVALID_OPTION` for a name that is no objective, and limits that are none
 * @example
 * const { front } = await minimize(problem, { generations: 20 });
 * cheapestWith(front, { minimize: 'cost', where: { score: { atLeast: 4.5 } } })?.genome;
 */
export const cheapestWith = <Item extends Measured>(
  front: readonly Item[],
  { minimize, where }: { readonly minimize: ObjectiveOf<Item>; readonly where: Conditions<ObjectiveOf<Item>> },
): Item | undefined => least(front, { name: minimize, sign: 1, where });

/**
 * The best of a front that a budget can pay for.
 *
 * @param front solutions; the first of equally good ones is taken, none that breaks a constraint
 * @param options what to `maximize`, or to `minimize` if less of it is better, and `where`: the limits to keep to, by objective
 * @returns undefined when nothing qualifies
 * @throws SearchError `INVALID_OPTION` for a name that is no objective, and limits that are none
 * @example
 * const { front } = await minimize(problem, { generations: 20 });
 * bestUnder(front, { maximize: 'score', where: { cost: { atMost: 2.5 } } })?.genome;
 */
export const bestUnder = <Item extends Measured>(
  front: readonly Item[],
  {
    where,
    ...wanted
  }: { readonly where: Conditions<ObjectiveOf<Item>> } & (
    { readonly maximize: ObjectiveOf<Item> } | { readonly minimize: ObjectiveOf<Item> }
  ),
): Item | undefined =>
  'maximize' in wanted
    ? least(front, { name: wanted.maximize, sign: -1, where })
    : least(front, { name: wanted.minimize, sign: 1, where });

/**
 * The knee of a front: the solution where getting better in one objective begins to cost more than it gives. Every objective is scaled
 * from 0, the front's best, to 1, its worst. The knee is the member that lies farthest before the hyperplane on which they add up to 1, which
 * for two objectives is the line through the ends of the front (Das 1999): the member with the least sum of scaled objectives.
 *
 * @param front solutions; those that are dominated or break a constraint are passed over, and the first objective decides between equally far ones
 * @param directions the objectives that count
 * @throws SearchError `INVALID_OBJECTIVES` for a value that is missing or not finite
 * @returns undefined for an empty front; of a straight front, or one that bulges the other way, an end
 * @example
 * const { front } = await minimize(problem, { generations: 20 });
 * knee(front, problem.objectives)?.genome;
 */
export const knee = <Item extends Measured>(
  front: readonly Item[],
  directions: Directions<ObjectiveOf<Item>>,
): Item | undefined => {
  const axes = axesOf<string>(directions);
  const objectives = axes.length;
  const feasible = front.filter(isFeasible);
  const values = finiteRows(
    feasible.map((item) => item.objectives),
    axes,
    { what: 'a solution' },
  );
  const rows = frontRows(values, objectives);
  const sums = new Float64Array(rows.length);
  for (let m = 0; m < objectives; m += 1) {
    const column = Float64Array.from(rows, (row) => values[row * objectives + m] ?? 0);
    const low = column.reduce((a, b) => Math.min(a, b), Infinity);
    const range = column.reduce((a, b) => Math.max(a, b), -Infinity) - low;
    if (range > 0) column.forEach((value, i) => void (sums[i] = (sums[i] ?? 0) + (value - low) / range));
  }
  const nearest = sums.reduce((best, sum, i) => (sum < (sums[best] ?? Infinity) ? i : best), 0);
  return feasible[rows[nearest] ?? -1];
};

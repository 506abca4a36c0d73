import { invalidOption, SearchError } from './errors.js';

/** Whether less or more of an objective is wanted. */
export type Direction = 'minimize' | 'maximize';

/** A direction for each objective, by name. */
export type Directions<Name extends string = string> = Readonly<Record<Name, Direction>>;

/** A finite number for each objective, by name. */
export type Objectives<Name extends string = string> = Readonly<Record<Name, number>>;

/** An objective as the hot loops want it: its name, and the sign that turns it into a minimised one. */
export interface Axis<Name extends string> {
  readonly name: Name;
  readonly sign: 1 | -1;
}

const noNumber = (point: Readonly<Record<string, unknown>>, name: string, axes: readonly Axis<string>[]): SearchError =>
  new SearchError(
    'INVALID_OBJECTIVES',
    `a point has ${name} = ${String(point[name])} in ${JSON.stringify(point)}: expected a number for each of ${axes.map((axis) => axis.name).join(', ')}. Leave out what could not be measured.`,
  );

/** @throws SearchError `INVALID_OPTION` for a direction that is none, as a program without types may give */
const signOf = (name: string, direction: Direction): 1 | -1 => {
  if (direction === 'maximize') return -1;
  if (direction === 'minimize') return 1;
  throw invalidOption(`the direction of "${name}"`, direction, "'minimize' or 'maximize'");
};

/** The objectives in the order they were declared. @throws SearchError `INVALID_OPTION` */
export const axesOf = <Name extends string>(directions: Directions<Name>): readonly Axis<Name>[] =>
  (Object.keys(directions) as Name[]).map((name) => ({ name, sign: signOf(name, directions[name]) }));

/**
 * Rows of minimised objective values, one row a point.
 *
 * @throws SearchError `INVALID_OBJECTIVES` for a value that is missing or NaN: nothing is before it or behind it, and what is sorted with it is not
 * sorted
 */
export const toMinimized = <Name extends string>(
  points: readonly Objectives<Name>[],
  axes: readonly Axis<Name>[],
): Float64Array => {
  const values = new Float64Array(points.length * axes.length);
  let next = 0;
  for (const point of points) {
    for (const { name, sign } of axes) {
      const value = sign * point[name];
      if (Number.isNaN(value)) throw noNumber(point, name, axes);
      values[next] = value;
      next += 1;
    }
  }
  return values;
};

/** Does row `a` dominate row `b`: nowhere worse, somewhere better? Values are minimised. */
export const rowDominates = (values: Float64Array, objectives: number, a: number, b: number): boolean => {
  let better = false;
  for (let m = 0; m < objectives; m += 1) {
    const x = values[a * objectives + m] ?? 0;
    const y = values[b * objectives + m] ?? 0;
    if (x > y) return false;
    if (x < y) better = true;
  }
  return better;
};

/** Lexicographic order of two rows: negative where `a` comes first, 0 where they are equal. */
export const compareRows = (values: Float64Array, objectives: number, a: number, b: number): number => {
  for (let m = 0; m < objectives; m += 1) {
    const difference = (values[a * objectives + m] ?? 0) - (values[b * objectives + m] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

/**
 * Does point `a` dominate point `b`: in no objective worse, in at least one better?
 *
 * @throws SearchError `INVALID_OBJECTIVES` for a value that is missing or NaN, `INVALID_OPTION` for a direction that is none
 * @example
 * dominates({ cost: 1, score: 9 }, { cost: 2, score: 9 }, { cost: 'minimize', score: 'maximize' }); // true
 */
export const dominates = <Name extends string>(
  a: Objectives<Name>,
  b: Objectives<Name>,
  directions: Directions<Name>,
): boolean => {
  const axes = axesOf(directions);
  return rowDominates(toMinimized([a, b], axes), axes.length, 0, 1);
};

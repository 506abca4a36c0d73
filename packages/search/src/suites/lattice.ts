import { finestLattice, referenceDirections } from '../algorithms/reference-directions.js';

/** Evenly spread weights that add up to 1, at most so many (but one for each objective at least). */
export const simplexLattice = (objectives: number, points: number): readonly (readonly number[])[] =>
  referenceDirections({ objectives, divisions: finestLattice(objectives, points) });

/** All rows of `width` values, in lexicographic order. */
export const grid = (values: readonly number[], width: number): number[][] =>
  width === 0 ? [[]] : values.flatMap((value) => grid(values, width - 1).map((rest) => [value, ...rest]));

export const product = (values: readonly number[]): number => values.reduce((result, value) => result * value, 1);

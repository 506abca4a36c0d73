import type { Objectives } from '../dominance.js';
import { invalidOption, SearchError } from '../errors.js';
import type { Problem } from '../problem.js';

/** A problem whose best trade-offs are known: what optimizers are compared on. */
export interface BenchmarkProblem<Name extends string = string, Constraint extends string = never> extends Problem<
  readonly number[],
  Name,
  Constraint
> {
  /** As in the literature: `ZDT1`. */
  readonly name: string;
  /** The point that hypervolumes are measured to where nothing else is said. */
  readonly reference: Objectives<Name>;
  /**
   * Genomes whose objectives are the true front, spread evenly over it; feasible up to the rounding of the last digits.
   *
   * @param points how many, an integer >= 2, default 500; where a front is a surface, at most so many, as its lattice allows
   * @throws SearchError `INVALID_OPTION`
   */
  trueSet(points?: number): readonly (readonly number[])[];
  /** The objectives of `trueSet(points)`: a sample of the true Pareto front. */
  trueFront(points?: number): readonly Objectives<Name>[];
  /**
   * The hypervolume of the whole true front, which no finite set reaches.
   *
   * @param reference default: the problem's own
   * @throws SearchError `INVALID_OPTION` for a reference that some of the true front does not beat or meet: the formulas are for those it all does
   */
  limitHypervolume(reference?: Objectives<Name>): number;
}

/** @throws SearchError `INVALID_OPTION` unless it is an integer, `least` or more */
export const checkCount = (name: string, count: number, least: number): void => {
  if (!Number.isInteger(count) || count < least) throw invalidOption(name, count, `an integer >= ${least}`);
};

/**
 * The coordinates of a reference that a whole front beats or meets.
 *
 * @param worst the most of each objective on the front
 * @throws SearchError `INVALID_OPTION` for any other reference
 */
export const checkReference = (reference: Objectives, names: readonly string[], worst: readonly number[]): number[] =>
  names.map((name, m) => {
    const value = reference[name] ?? NaN;
    const least = worst[m] ?? NaN;
    if (!(value >= least - 1e-12 * Math.abs(least)) || !Number.isFinite(value)) {
      throw new SearchError(
        'INVALID_OPTION',
        `reference.${name} is ${value}: the limit is known for a number from ${least}, the worst of the true front, on.`,
      );
    }
    return value;
  });

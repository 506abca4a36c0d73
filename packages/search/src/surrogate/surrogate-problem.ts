import { SearchError } from '../errors.js';
import { checkNames, type Problem } from '../problem.js';

/**
 * A problem whose evaluations are worth saving: it says what a genome looks like to a regression, and which values need
 * no measuring.
 */
export interface SurrogateProblem<
  Genome,
  Name extends string = string,
  Constraint extends string = never,
> extends Problem<Genome, Name, Constraint> {
  /**
   * The numbers that the measured values depend on: as many, finite, for every genome. One by one scaled by what was
   * seen.
   */
  features(genome: Genome): readonly number[];
  /**
   * Objectives and constraints that are known without an evaluation, such as a cost that a formula gives: they are
   * never modelled. `evaluate` gives them too, and what it gives is what counts.
   */
  readonly exact?: { readonly [Value in Name | Constraint]?: (genome: Genome) => number };
}

/**
 * @throws SearchError `INVALID_PROBLEM` for names that are none, without features, or with an exact value that the
 * problem does not have
 */
export const checkSurrogateProblem = <Genome, Name extends string, Constraint extends string>(
  problem: SurrogateProblem<Genome, Name, Constraint>,
): void => {
  for (const part of ['initial', 'crossover', 'mutate', 'features', 'evaluate'] as const) {
    if (typeof problem[part] !== 'function') {
      throw new SearchError(
        'INVALID_PROBLEM',
        `problem.${part} is ${String(problem[part])}: expected a function. Spread a space into the problem for its operators, and give features and evaluate.`,
      );
    }
  }
  checkNames(problem.objectives, problem.constraints ?? []);
  const names: readonly string[] = [...Object.keys(problem.objectives), ...(problem.constraints ?? [])];
  for (const [name, value] of Object.entries(problem.exact ?? {})) {
    if (names.includes(name) && typeof value === 'function') continue;
    throw new SearchError(
      'INVALID_PROBLEM',
      `exact.${name} is ${typeof value}: expected functions of a genome under names of ${names.join(', ')}.`,
    );
  }
};

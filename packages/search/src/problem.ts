import type { Directions, Objectives } from './dominance.js';
import { SearchError } from './errors.js';
import type { Random } from './random.js';

/** The part of the platform's `AbortSignal` that is used; a real one fits. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** What `evaluate` is told beside the genomes. */
export interface EvaluateContext {
  /** Aborts when the caller of the search gives up; reject early if you can. */
  readonly signal?: AbortSignalLike;
  /** 0 for the initial population, then 1, 2, ... */
  readonly generation: number;
}

/** A genome with its measured objectives. */
export interface Solution<Genome, Name extends string = string> {
  readonly genome: Genome;
  readonly objectives: Objectives<Name>;
}

/**
 * What is searched. A genome is any value that JSON can hold; it is never changed in place, by the search or by you.
 * Every choice must come from the `random` that is handed in: then the same seed gives the same search.
 */
export interface Problem<Genome, Name extends string = string> {
  /** The objectives, by name: one or more. */
  readonly objectives: Directions<Name>;
  /** Genomes to start from, evaluated before any sampled one. */
  readonly seeds?: readonly Genome[];
  /** A random genome; `index` counts the calls. */
  initial(random: Random, index: number): Genome;
  /** A child of two parents. */
  crossover(a: Genome, b: Genome, random: Random): Genome;
  /** A changed copy. */
  mutate(genome: Genome, random: Random): Genome;
  /** The nearest legal genome; applied to seeds, samples and children. Default: all are legal. */
  repair?(genome: Genome): Genome;
  /** Cheap refusal before evaluation, after repair: a cost out of bounds, for instance. Default: all pass. */
  accept?(genome: Genome): boolean;
  /** Two genomes with one key are one genotype and are evaluated once. Default: `JSON.stringify`. */
  key?(genome: Genome): string;
  /** Measures a batch, all new genotypes of a generation: one result for each genome, in order, finite numbers. */
  evaluate(genomes: readonly Genome[], context: EvaluateContext): Promise<readonly Objectives<Name>[]>;
}

/**
 * Gives the problem back with its types inferred, for one that is not written in place.
 *
 * @example
 * const problem = defineProblem({
 *   objectives: { cost: 'minimize', score: 'maximize' },
 *   initial: (random) => random.integer(0, 99),
 *   crossover: (a, b) => (a + b) >> 1,
 *   mutate: (_, random) => random.integer(0, 99),
 *   evaluate: async (genomes) => genomes.map((x) => ({ cost: x, score: Math.sqrt(x) })),
 * });
 */
export const defineProblem = <Genome, Name extends string>(problem: Problem<Genome, Name>): Problem<Genome, Name> =>
  problem;

/** @throws SearchError `INVALID_PROBLEM` unless there is an objective and each has a direction */
export const checkDirections = (directions: Directions): void => {
  const entries = Object.entries(directions);
  if (entries.length === 0) {
    throw new SearchError('INVALID_PROBLEM', "objectives is empty: name at least one, as in { cost: 'minimize' }.");
  }
  for (const [name, direction] of entries) {
    if (direction !== 'minimize' && direction !== 'maximize') {
      throw new SearchError(
        'INVALID_PROBLEM',
        `objective "${name}" has direction ${JSON.stringify(direction)}: expected 'minimize' or 'maximize'.`,
      );
    }
  }
};

/** @throws SearchError `INVALID_OBJECTIVES` unless `results` holds a finite number a name for each genome */
export const checkResults = (
  results: readonly Objectives[],
  genomes: readonly unknown[],
  names: readonly string[],
): void => {
  if (!Array.isArray(results) || results.length !== genomes.length) {
    const came = Array.isArray(results) ? `${results.length} results` : `a value of type ${typeof results}`;
    throw new SearchError(
      'INVALID_OBJECTIVES',
      `evaluate gave ${came} for ${genomes.length} genomes: expected an array with one result for each, in order.`,
    );
  }
  results.forEach((result: Objectives | undefined, i) => {
    for (const name of names) {
      const value: unknown = result?.[name];
      if (!Number.isFinite(value)) {
        throw new SearchError(
          'INVALID_OBJECTIVES',
          `evaluate gave ${name} = ${String(value)} for ${JSON.stringify(genomes[i])}: expected a finite number. ` +
            'Give a failed candidate a large finite penalty, or refuse it in `accept`.',
        );
      }
    }
  });
};

import type { Directions, Objectives } from './dominance.js';
import { SearchError } from './errors.js';
import type { Space } from './space.js';

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
  /** The key of each genome: what names a genotype in a cache or a queue. */
  readonly keys: readonly string[];
}

/** An evaluation that gives no numbers: its candidate is remembered, so that it is not tried again, and enters no population. */
export interface Discarded {
  /** Why, in words. */
  readonly discarded: string;
}

/** What comes of one candidate: a finite number for each objective and constraint, or the word that there is none. */
export type Result<Name extends string = string> = Objectives<Name> | Discarded;

/** The results of a batch: in the order of the genomes, or keyed by them. */
export type Results<Genome, Name extends string = string> = readonly Result<Name>[] | ReadonlyMap<Genome, Result<Name>>;

/**
 * Measures a batch: one result for each genome. When results arrive makes no difference to a search.
 * `evaluateEach`, `successiveHalving` and a worker pool make one of these.
 */
export type Evaluate<Genome, Name extends string = string> = (
  genomes: readonly Genome[],
  context: EvaluateContext,
) => Promise<Results<Genome, Name>>;

/** A genome with what was measured of it. */
export interface Solution<Genome, Name extends string = string, Constraint extends string = never> {
  readonly genome: Genome;
  readonly objectives: Objectives<Name>;
  /** The value of each constraint; there if the problem has any. */
  readonly constraints?: Objectives<Constraint>;
  /** By how much constraints are exceeded, in all; 0 where the solution is feasible, or nothing is constrained. */
  readonly violation: number;
}

/**
 * What is searched: a space of genomes, what is wanted of them, and how that is measured. Spread a space into it, such as
 * `record`, `realVector` or `descendingVector`, or bring operators of your own. A genome is any value that JSON can hold; it
 * is never changed in place, by the search or by you.
 */
export interface Problem<
  Genome,
  Name extends string = string,
  Constraint extends string = never,
> extends Space<Genome> {
  /** The objectives, by name: one or more. */
  readonly objectives: Directions<Name>;
  /**
   * Names of values that must not be above 0. A feasible solution beats every infeasible one, and of two infeasible ones the
   * one that exceeds them less wins (Deb 2000); scale them alike.
   */
  readonly constraints?: readonly Constraint[];
  /** Genomes to start from, evaluated before any sampled one. */
  readonly seeds?: readonly Genome[];
  /** Cheap refusal before evaluation, after repair: a cost out of bounds, for instance. Default: all pass. */
  accept?(genome: Genome): boolean;
  /** Measures all new genotypes of a generation. */
  readonly evaluate: Evaluate<Genome, NoInfer<Name | Constraint>>;
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
export const defineProblem = <Genome, Name extends string, Constraint extends string = never>(
  problem: Problem<Genome, Name, Constraint>,
): Problem<Genome, Name, Constraint> => problem;

/** @throws SearchError `INVALID_PROBLEM` for a problem that lacks a part, or has one of the wrong kind: what TypeScript would have said */
export const checkParts = (problem: unknown): void => {
  const parts = Object(problem) as Readonly<Record<string, unknown>>;
  const check = (name: string, part: unknown, isRight: boolean, expected: string): void => {
    if (isRight) return;
    const came = part === null ? 'null' : `of type ${typeof part}`;
    throw new SearchError('INVALID_PROBLEM', `${name} is ${came}: expected ${expected}.`);
  };
  const isFunction = (name: string): boolean => typeof parts[name] === 'function';
  check('the problem', problem, problem === parts, 'an object with objectives, a space and evaluate');
  for (const name of ['initial', 'crossover', 'mutate'])
    check(
      name,
      parts[name],
      isFunction(name),
      'a function, as a space brings it: spread one in, such as ...realVector({ length: 3 })',
    );
  // Who asks and tells needs no `evaluate`: `run` misses it.
  for (const name of ['evaluate', 'repair', 'accept', 'key'])
    check(name, parts[name], parts[name] === undefined || isFunction(name), 'a function');
  for (const name of ['seeds', 'constraints'])
    check(name, parts[name], parts[name] === undefined || Array.isArray(parts[name]), 'an array');
  const { objectives } = parts;
  check(
    'objectives',
    objectives,
    Object(objectives) === objectives,
    "a direction for each name, as in { cost: 'minimize' }",
  );
};

/** @throws SearchError `INVALID_PROBLEM` where nothing can measure the genomes of a search that runs by itself */
export const checkEvaluate = ({ evaluate }: { readonly evaluate?: unknown }): void => {
  if (typeof evaluate === 'function') return;
  throw new SearchError(
    'INVALID_PROBLEM',
    'evaluate is missing: expected a function from genomes to a promise of their results. Without one measure them yourself, by ask() and tell().',
  );
};

/** @throws SearchError `INVALID_PROBLEM` unless there is an objective, each has a direction, and constraints have names of their own */
export const checkNames = (directions: Directions, constraints: readonly string[]): void => {
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
  const names = [...Object.keys(directions), ...constraints];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new SearchError(
      'INVALID_PROBLEM',
      `"${twice}" names two of the objectives and constraints: give each a name of its own.`,
    );
  }
};

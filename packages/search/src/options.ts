import type { Algorithm } from './algorithms/algorithm.js';
import { checkOptions } from './check-options.js';
import type { Objectives } from './dominance.js';
import { invalidOption, SearchError } from './errors.js';
import type { Termination } from './termination.js';

/** When a search ends. Give at least one; `Infinity` runs until the space is exhausted or the caller stops. */
export interface SearchLimits<Name extends string = string> {
  /** Generations after the initial one. */
  readonly generations?: number;
  /** Evaluations in all; the last generation is cut short to meet it. */
  readonly evaluations?: number;
  /** Anything else, such as `anyOf(afterSeconds(60), whenStagnant())`. */
  readonly until?: Termination<Name>;
}

/** How a search goes; all of it is kept in a checkpoint. */
export interface SearchSettings<Name extends string = string> {
  /** Survivors of a generation. Default: the algorithm's, which is 100 for `nsga2()`. */
  readonly populationSize?: number;
  /** New genotypes wanted in each generation; 1 is a steady state. Default: the algorithm's, which is the population size but for `moead()`. */
  readonly offspring?: number;
  /** The probability that a child has two parents. Default 0.9. */
  readonly crossoverRate?: number;
  /** The probability that a child of two parents is mutated too; a copy always is. Default 0.9. */
  readonly mutationRate?: number;
  /** Proposals allowed for each new genotype wanted; then the generation makes do with what was found. Default 50. */
  readonly attempts?: number;
  /** Reference point: generations then report the front's hypervolume. */
  readonly reference?: Objectives<Name>;
}

/** Everything a search takes beside its problem. */
export interface SearchOptions<Name extends string = string> extends SearchLimits<Name>, SearchSettings<Name> {
  /** What survives and what breeds. Default `nsga2()`. */
  readonly algorithm?: Algorithm;
  /** An integer from 0 to 2^32 - 1. Same seed, same search. Default 0. */
  readonly seed?: number;
}

/** Settings with every default filled in. */
export type ResolvedSettings<Name extends string> = Required<Omit<SearchSettings<Name>, 'reference'>> &
  Pick<SearchSettings<Name>, 'reference'>;

/** Limits with every default filled in. */
export type ResolvedLimits<Name extends string> = Required<Omit<SearchLimits<Name>, 'until'>> &
  Pick<SearchLimits<Name>, 'until'>;

/** @throws SearchError `INVALID_OPTION`, saying which setting and what was expected */
export const resolveSettings = <Name extends string>(
  {
    populationSize,
    offspring,
    crossoverRate = 0.9,
    mutationRate = 0.9,
    attempts = 50,
    reference,
  }: SearchSettings<Name>,
  algorithm: Algorithm,
  names: readonly Name[],
): ResolvedSettings<Name> => {
  algorithm.check?.(names.length);
  const size = populationSize ?? algorithm.populationSize(names.length);
  const settings = {
    populationSize: size,
    offspring: offspring ?? algorithm.offspring?.(size) ?? size,
    crossoverRate,
    mutationRate,
    attempts,
  };
  for (const name of ['populationSize', 'offspring', 'attempts'] as const) {
    if (!Number.isInteger(settings[name]) || settings[name] < 1)
      throw invalidOption(name, settings[name], 'an integer >= 1');
  }
  for (const name of ['crossoverRate', 'mutationRate'] as const) {
    if (!(settings[name] >= 0 && settings[name] <= 1))
      throw invalidOption(name, settings[name], 'a probability from 0 to 1');
  }
  if (reference === undefined) return settings;
  for (const name of names) {
    if (!Number.isFinite(reference[name])) throw invalidOption(`reference.${name}`, reference[name], 'a finite number');
  }
  return { ...settings, reference };
};

/** Every option of a search. */
const SEARCH_OPTIONS: readonly (keyof SearchOptions)[] = [
  'generations',
  'evaluations',
  'until',
  'seed',
  'algorithm',
  'populationSize',
  'offspring',
  'crossoverRate',
  'mutationRate',
  'attempts',
  'reference',
];

/** @throws SearchError `INVALID_OPTION` for an option that is none, or an algorithm that is none */
export const checkSearchOptions = (options: unknown): void => {
  checkOptions('a search', options, SEARCH_OPTIONS);
  const { algorithm } = options as { readonly algorithm?: unknown };
  const { name, settings, survivors, preference, populationSize } = Object(algorithm) as Partial<Algorithm>;
  const methods = [survivors, preference, populationSize];
  const whole = typeof name === 'string' && settings && methods.every((method) => typeof method === 'function');
  if (algorithm !== undefined && !whole)
    throw invalidOption('algorithm', algorithm, 'an algorithm, such as nsga2() with its parentheses');
};

/** @throws SearchError `INVALID_OPTION` without a limit or with an impossible one */
export const resolveLimits = <Name extends string>({
  generations,
  evaluations,
  until,
}: SearchLimits<Name>): ResolvedLimits<Name> => {
  if (generations === undefined && evaluations === undefined && until === undefined) {
    throw new SearchError(
      'INVALID_OPTION',
      'no limit came: give `generations`, `evaluations` or `until` (generations: Infinity runs until you stop it).',
    );
  }
  for (const [name, value] of Object.entries({ generations, evaluations })) {
    if (value !== undefined && value !== Infinity && (!Number.isInteger(value) || value < 0)) {
      throw invalidOption(name, value, 'an integer >= 0, or Infinity');
    }
  }
  if (until !== undefined && typeof until !== 'function')
    throw invalidOption('until', until, 'a termination, such as afterSeconds(60)');
  return { generations: generations ?? Infinity, evaluations: evaluations ?? Infinity, ...(until && { until }) };
};

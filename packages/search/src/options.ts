import type { Objectives } from './dominance.js';
import { SearchError } from './errors.js';
import { requireTwo } from './hypervolume.js';

/** When a search ends. Give one or both; `Infinity` runs until the space is exhausted or the caller stops. */
export interface SearchLimits {
  /** Generations after the initial one. */
  readonly generations?: number;
  /** Evaluations in all; the last generation is cut short to meet it. */
  readonly evaluations?: number;
}

/** How a search goes; all of it is kept in a checkpoint. */
export interface SearchSettings<Name extends string = string> {
  /** Survivors, and new genotypes wanted, in each generation. Default 100. */
  readonly populationSize?: number;
  /** The probability that a child has two parents. Default 0.9. */
  readonly crossoverRate?: number;
  /** The probability that a child of two parents is mutated too. Default 1. */
  readonly mutationRate?: number;
  /** Proposals allowed for each new genotype wanted; then the generation makes do with what was found. Default 50. */
  readonly attempts?: number;
  /** Reference point: generations then report the front's hypervolume. Two objectives only. */
  readonly reference?: Objectives<Name>;
}

/** Everything `new Nsga2` takes. */
export interface SearchOptions<Name extends string = string> extends SearchLimits, SearchSettings<Name> {
  /** An integer from 0 to 2^32 - 1. Same seed, same search. Default 0. */
  readonly seed?: number;
}

/** Settings with every default filled in. */
export type ResolvedSettings<Name extends string> = Required<Omit<SearchSettings<Name>, 'reference'>> &
  Pick<SearchSettings<Name>, 'reference'>;

const invalid = (name: string, value: unknown, expected: string): SearchError =>
  new SearchError('INVALID_OPTION', `${name} is ${String(value)}: expected ${expected}.`);

/** @throws SearchError `INVALID_OPTION` or `UNSUPPORTED`, saying which setting and what was expected */
export const resolveSettings = <Name extends string>(
  { populationSize = 100, crossoverRate = 0.9, mutationRate = 1, attempts = 50, reference }: SearchSettings<Name>,
  names: readonly Name[],
): ResolvedSettings<Name> => {
  for (const [name, value] of Object.entries({ populationSize, attempts })) {
    if (!Number.isInteger(value) || value < 1) throw invalid(name, value, 'an integer >= 1');
  }
  for (const [name, value] of Object.entries({ crossoverRate, mutationRate })) {
    if (!(value >= 0 && value <= 1)) throw invalid(name, value, 'a probability from 0 to 1');
  }
  if (reference === undefined) return { populationSize, crossoverRate, mutationRate, attempts };
  requireTwo(names.length);
  for (const name of names) {
    if (!Number.isFinite(reference[name])) throw invalid(`reference.${name}`, reference[name], 'a finite number');
  }
  return { populationSize, crossoverRate, mutationRate, attempts, reference };
};

/** @throws SearchError `INVALID_OPTION` without a limit or with an impossible one */
export const resolveLimits = ({ generations, evaluations }: SearchLimits): Required<SearchLimits> => {
  if (generations === undefined && evaluations === undefined) {
    throw new SearchError(
      'INVALID_OPTION',
      'no limit came: give `generations`, `evaluations` or both (Infinity runs until you stop it).',
    );
  }
  for (const [name, value] of Object.entries({ generations, evaluations })) {
    if (value !== undefined && value !== Infinity && (!Number.isInteger(value) || value < 0)) {
      throw invalid(name, value, 'an integer >= 0, or Infinity');
    }
  }
  return { generations: generations ?? Infinity, evaluations: evaluations ?? Infinity };
};

import type { OperatingPoint } from '@length-adaptive/core';
import { Search } from '@length-adaptive/search';
import type { ExpectedSolution, SurrogateProblem } from '@length-adaptive/search/surrogate';
import { SurrogateSearch } from '@length-adaptive/search/surrogate';
import { ModelError } from '../errors.js';
import type { LengthSearchCheckpoint, LengthSearchOptions } from './length-problem.js';
import type { LengthObjective } from './objectives.js';
import type { LengthSearchMethod } from './search-method.js';
import { defaultEvaluations, searchMethodOf } from './search-method.js';

/** A search that has not run yet, or not to its end. */
interface CreatedSearch {
  readonly method: LengthSearchMethod;
  readonly search: Search<OperatingPoint, LengthObjective> | SurrogateSearch<OperatingPoint, LengthObjective>;
  /** The front of everything measured, each point with what a model of it expects; empty where there is no model. */
  readonly expected: () => readonly ExpectedSolution<OperatingPoint, LengthObjective>[];
}

/** Seeds and samples that the first regression learns from. */
const start = 10;

const formats: Readonly<Record<string, LengthSearchMethod>> = {
  'length-adaptive-search': 'nsga2',
  'length-adaptive-surrogate-search': 'surrogate',
};

/**
 * The method of a search: that of its checkpoint, where it goes on from one.
 *
 * @throws ModelError `OPTION_INVALID` where another one is asked for
 */
const methodFor = (
  saved: Partial<LengthSearchCheckpoint> | undefined,
  options: LengthSearchOptions,
): LengthSearchMethod => {
  const asked = searchMethodOf(options);
  const before = formats[saved?.format ?? ''];
  if (before === undefined) return asked;
  const isAsked = [options.method, options.generations, options.populationSize].some((value) => value !== undefined);
  if (!isAsked || asked === before) return before;
  throw new ModelError(
    'OPTION_INVALID',
    `The method is ${asked}, but the checkpoint is of a search by ${before}. Go on with that one, or start anew.`,
  );
};

/**
 * The search of a problem by the method that is asked for, from the start or from a checkpoint.
 *
 * @throws ModelError `OPTION_INVALID`; SearchError for a checkpoint that is none, or of another search
 */
export const createMethod = (
  problem: SurrogateProblem<OperatingPoint, LengthObjective>,
  saved: Partial<LengthSearchCheckpoint> | undefined,
  options: LengthSearchOptions,
): CreatedSearch => {
  const method = methodFor(saved, options);
  const { seed = 42, points = [], generations = 10, populationSize = 20, evaluations } = options;
  if (evaluations !== undefined && !(Number.isInteger(evaluations) && evaluations >= 1))
    throw new ModelError('OPTION_INVALID', `evaluations is ${evaluations}; expected a whole number of at least 1.`);
  if (method === 'nsga2') {
    const limits = { generations, ...(evaluations !== undefined && { evaluations }) };
    const rates = { crossoverRate: 0.5, mutationRate: 0 };
    const search = saved
      ? Search.resume(problem, saved, limits)
      : new Search(problem, { seed, populationSize, ...rates, ...limits });
    return { method, search, expected: () => [] };
  }
  const limits = { evaluations: evaluations ?? defaultEvaluations + points.length };
  const [full, smallest, ...others] = problem.seeds ?? [];
  const leading = [full, smallest, ...points].filter((point) => point !== undefined);
  const own = { ...problem, seeds: [...leading, ...others] };
  const search = saved
    ? SurrogateSearch.resume(own, saved, limits)
    : new SurrogateSearch(own, { seed, start: start + points.length, leadingSeeds: leading.length, ...limits });
  return { method, search, expected: () => search.expected() };
};

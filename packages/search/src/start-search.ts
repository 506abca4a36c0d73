import { nsga2 } from './algorithms/nsga2.js';
import { createEvolution, type Evolution } from './evolution.js';
import type { Generation, RunOptions, SearchResult } from './generation.js';
import { checkSearchOptions, resolveLimits, resolveSettings, type SearchOptions } from './options.js';
import { checkNames, checkParts, type Problem } from './problem.js';
import { waysToRun, type WaysToRun } from './ways-to-run.js';

/** A search that stands before its first generation: the population that evolves, and the ways to run it. */
export interface StartedSearch<Genome, Name extends string, Constraint extends string> {
  readonly evolution: Evolution<Genome, Name, Constraint>;
  readonly ways: WaysToRun<Genome, Name | Constraint, Generation<Genome, Name, Constraint>>;
}

/** @throws SearchError `INVALID_PROBLEM` or `INVALID_OPTION`, before anything is evaluated */
export const startSearch = <Genome, Name extends string, Constraint extends string>(
  problem: Problem<Genome, Name, Constraint>,
  options: SearchOptions<Name>,
): StartedSearch<Genome, Name, Constraint> => {
  checkParts(problem);
  checkSearchOptions(options);
  const { seed = 0, algorithm = nsga2(), generations, evaluations, until, ...settings } = options;
  checkNames(problem.objectives, problem.constraints ?? []);
  const evolution = createEvolution({
    problem,
    algorithm,
    settings: resolveSettings(settings, algorithm, Object.keys(problem.objectives) as Name[]),
    limits: resolveLimits({
      ...(generations === undefined ? {} : { generations }),
      ...(evaluations === undefined ? {} : { evaluations }),
      ...(until === undefined ? {} : { until }),
    }),
    seed,
  });
  return { evolution, ways: waysToRun(problem, evolution) };
};

/** All of a search: it throws what `Search.run` throws. */
export const runToEnd = async <Genome, Name extends string, Constraint extends string>(
  { evolution, ways }: StartedSearch<Genome, Name, Constraint>,
  { signal, onGeneration }: RunOptions<Genome, Name, Constraint> = {},
): Promise<SearchResult<Genome, Name, Constraint>> =>
  ways.run(signal, onGeneration, (stopped) => ({
    front: evolution.front(),
    generation: evolution.generation,
    evaluations: evolution.evaluations,
    stopped,
  }));

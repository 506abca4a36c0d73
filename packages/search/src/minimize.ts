import type { RunOptions, SearchResult } from './generation.js';
import type { SearchOptions } from './options.js';
import type { Problem } from './problem.js';
import { runToEnd, startSearch } from './start-search.js';

/**
 * Searches a problem until a limit is met: a `Search` in one call. (Each objective goes in its own direction; the name is the field's.)
 *
 * @throws SearchError `INVALID_PROBLEM`, `INVALID_OPTION`, `INVALID_OBJECTIVES`, `NO_CANDIDATES`, `ABORTED`; and whatever `evaluate` throws
 * @example
 * const { front } = await minimize(problem, { seed: 1, generations: 20 });
 */
export const minimize = <Genome, Name extends string, Constraint extends string = never>(
  problem: Problem<Genome, Name, Constraint>,
  options: SearchOptions<Name> & RunOptions<Genome, Name, Constraint>,
): Promise<SearchResult<Genome, Name, Constraint>> => {
  const { signal, onGeneration, ...own } = options ?? {}; // plain JavaScript may give none: the search says what is missing
  return runToEnd(startSearch(problem, own), { ...(signal && { signal }), ...(onGeneration && { onGeneration }) });
};

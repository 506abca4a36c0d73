import { nsga2 } from './algorithms/nsga2.js';
import { checkSameSearch, readCheckpoint, type Checkpoint } from './checkpoint.js';
import type { Evolution } from './evolution.js';
import type { Candidate, Generation, RunOptions, SearchResult, StopReason } from './generation.js';
import { checkSearchOptions, type ResolvedSettings, type SearchLimits, type SearchOptions } from './options.js';
import { checkParts, type Problem, type Result, type Solution } from './problem.js';
import { runToEnd, startSearch } from './start-search.js';
import type { WaysToRun } from './ways-to-run.js';

/**
 * A generational evolutionary search for the best trade-offs between named objectives: one engine that is run in three ways. `run` does all of
 * it, `for await (const generation of search)` goes generation by generation, and `ask` and `tell` leave the evaluations to you;
 * all three give the same. No genotype is evaluated twice; the same seed gives the same search; it can be stopped after any
 * generation, saved as JSON and resumed bit for bit.
 *
 * @example
 * const search = new Search(problem, { seed: 1, populationSize: 40, generations: 50 });
 * const { front } = await search.run();
 */
export class Search<Genome, Name extends string = string, Constraint extends string = never> implements AsyncIterable<
  Generation<Genome, Name, Constraint>
> {
  readonly #evolution: Evolution<Genome, Name, Constraint>;
  readonly #ways: WaysToRun<Genome, Name | Constraint, Generation<Genome, Name, Constraint>>;

  /** @throws SearchError `INVALID_PROBLEM` or `INVALID_OPTION`, before anything is evaluated */
  constructor(problem: Problem<Genome, Name, Constraint>, options: SearchOptions<Name>) {
    const { evolution, ways } = startSearch(problem, options);
    this.#evolution = evolution;
    this.#ways = ways;
  }

  /**
   * A search that goes on from a checkpoint, with limits that count from its very beginning.
   *
   * @param checkpoint what `checkpoint()` gave, or its parsed JSON; its genomes are taken to be those of `problem`
   * @throws SearchError `INVALID_CHECKPOINT`, `CHECKPOINT_VERSION` or `CHECKPOINT_MISMATCH`
   * @example
   * const search = Search.resume(problem, JSON.parse(text), { generations: 100 });
   */
  static resume<Genome, Name extends string, Constraint extends string = never>(
    problem: Problem<Genome, Name, Constraint>,
    checkpoint: unknown,
    options: SearchLimits<Name> & Pick<SearchOptions<Name>, 'algorithm'>,
  ): Search<Genome, Name, Constraint> {
    checkParts(problem);
    checkSearchOptions(options);
    const { algorithm = nsga2(), ...limits } = options;
    const saved = readCheckpoint(checkpoint);
    checkSameSearch(saved, { directions: problem.objectives, constraints: problem.constraints ?? [], algorithm });
    const search = new Search(problem, { ...(saved.settings as ResolvedSettings<Name>), algorithm, ...limits });
    search.#evolution.restore(saved);
    return search;
  }

  /** The last completed generation; -1 before the initial one. */
  get generation(): number {
    return this.#evolution.generation;
  }

  /** Genotypes evaluated so far, discarded ones included. */
  get evaluations(): number {
    return this.#evolution.evaluations;
  }

  /** The population's Pareto front, one solution for each objective vector, best first objective first. */
  front(): readonly Solution<Genome, Name, Constraint>[] {
    return this.#evolution.front();
  }

  /** Everything measured so far, in order; `paretoFront` of it may be larger than a population's front. */
  evaluated(): readonly Solution<Genome, Name, Constraint>[] {
    return this.#evolution.evaluated();
  }

  /** The search at the end of its last completed generation, as plain data for `JSON.stringify`. */
  checkpoint(): Checkpoint<Genome> {
    return this.#evolution.checkpoint();
  }

  /**
   * The candidates of the next generation that have no result yet; none when the search has ended. Asking again gives the same ones.
   *
   * @throws SearchError `NO_CANDIDATES`, `BUSY` while the search runs by itself
   * @example
   * for (const { id, genome } of search.ask()) search.tell(id, { cost: genome[0], score: Math.sqrt(genome[0]) });
   */
  ask(): readonly Candidate<Genome>[] {
    return this.#ways.ask();
  }

  /**
   * Takes the result of one candidate; the order is yours. The last one of a generation completes it.
   *
   * @param id of the candidate
   * @param result a finite number for each objective and constraint, or `{ discarded: 'why' }`
   * @returns the report of the generation that this result completed, if it did
   * @throws SearchError `UNKNOWN_CANDIDATE` unless `ask` gave this id and it has no result yet, `INVALID_OBJECTIVES`, `BUSY`
   */
  tell(id: number, result: Result<Name | Constraint>): Generation<Genome, Name, Constraint> | undefined {
    return this.#ways.tell(id, result);
  }

  /**
   * Searches until a limit is met or nothing new can be found.
   *
   * @throws SearchError `ABORTED` when `signal` aborts, `INVALID_OBJECTIVES`, `NO_CANDIDATES`, `BUSY`; and whatever
   * `evaluate` throws. In each case the search stands at its last completed generation and can be run again.
   */
  async run(options: RunOptions<Genome, Name, Constraint> = {}): Promise<SearchResult<Genome, Name, Constraint>> {
    return runToEnd({ evolution: this.#evolution, ways: this.#ways }, options);
  }

  /** The generations one by one, computed as they are asked for. Leaving the loop leaves the search resumable. */
  generations({ signal }: Pick<RunOptions<Genome, Name>, 'signal'> = {}): AsyncGenerator<
    Generation<Genome, Name, Constraint>,
    StopReason,
    void
  > {
    return this.#ways.generations(signal);
  }

  [Symbol.asyncIterator](): AsyncIterator<Generation<Genome, Name, Constraint>> {
    return this.generations();
  }
}

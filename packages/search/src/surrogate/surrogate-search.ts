import { nsga2 } from '../algorithms/nsga2.js';
import type { Candidate, StopReason } from '../generation.js';
import { resolveLimits, type SearchLimits } from '../options.js';
import type { AbortSignalLike, Result, Solution } from '../problem.js';
import { waysToRun, type WaysToRun } from '../ways-to-run.js';
import { checkSameSurrogateSearch, readSurrogateCheckpoint, type SurrogateCheckpoint } from './surrogate-checkpoint.js';
import { createSurrogateEngine, type SurrogateEngine } from './surrogate-engine.js';
import type { ExpectedSolution, SurrogateGeneration } from './surrogate-generation.js';
import {
  checkSurrogateOptions,
  resolveRegressions,
  resolveSurrogateSettings,
  type SurrogateOptions,
} from './surrogate-options.js';
import { checkSurrogateProblem, type SurrogateProblem } from './surrogate-problem.js';

/** What a run of a surrogate-assisted search takes. */
export interface SurrogateRunOptions<Genome, Name extends string = string, Constraint extends string = never> {
  /** Ends the run at once with an `ABORTED` error; the search stands at its last completed batch. */
  readonly signal?: AbortSignalLike;
  /** Called after each batch; the run waits for it. */
  readonly onGeneration?: (generation: SurrogateGeneration<Genome, Name, Constraint>) => void | Promise<void>;
}

/** How a surrogate-assisted search ended. */
export interface SurrogateResult<Genome, Name extends string = string, Constraint extends string = never> {
  /** The Pareto front of everything measured, each point with what the model expects of it. */
  readonly front: readonly ExpectedSolution<Genome, Name, Constraint>[];
  readonly generation: number;
  readonly evaluations: number;
  readonly stopped: StopReason;
}

/**
 * A search for evaluations that take long: a regression learns the objectives from the features of what was measured,
 * an evolutionary search runs on it, and of what that finds the genotypes with the highest expected gain of hypervolume
 * are measured, a batch at a time. The evaluator decides; the model only proposes. Where the model does not foretell
 * what was measured, batches are offspring as those of `Search`.
 *
 * It is run as a `Search` is: `run`, `for await`, or `ask` and `tell`, all with one result; the same seed gives the
 * same search, and it can be stopped after any batch, saved as JSON and resumed bit for bit.
 *
 * @example
 * const costly = {
 *   ...problem,
 *   features: (shares) => shares,
 *   exact: { cost: (shares) => shares.reduce((sum, share) => sum + share, 0) },
 * };
 * const { front } = await new SurrogateSearch(costly, { seed: 1, evaluations: 30 }).run();
 * console.log(front[0].objectives.score, front[0].expected.score.mean);
 */
export class SurrogateSearch<
  Genome,
  Name extends string = string,
  Constraint extends string = never,
> implements AsyncIterable<SurrogateGeneration<Genome, Name, Constraint>> {
  readonly #engine: SurrogateEngine<Genome, Name, Constraint>;
  readonly #ways: WaysToRun<Genome, Name | Constraint, SurrogateGeneration<Genome, Name, Constraint>>;

  /** @throws SearchError `INVALID_PROBLEM` or `INVALID_OPTION`, before anything is evaluated */
  constructor(problem: SurrogateProblem<Genome, Name, Constraint>, options: SurrogateOptions<Name>) {
    checkSurrogateProblem(problem);
    checkSurrogateOptions(options);
    const { seed = 0, algorithm = nsga2(), regressions, generations, evaluations, until, ...settings } = options;
    this.#engine = createSurrogateEngine({
      problem,
      algorithm,
      regressions: resolveRegressions(regressions),
      settings: resolveSurrogateSettings(settings, algorithm, Object.keys(problem.objectives) as Name[]),
      limits: resolveLimits({
        ...(generations === undefined ? {} : { generations }),
        ...(evaluations === undefined ? {} : { evaluations }),
        ...(until === undefined ? {} : { until }),
      }),
      seed,
    });
    this.#ways = waysToRun(problem, this.#engine, 'batch', true);
  }

  /**
   * A search that goes on from a checkpoint, with limits that count from its very beginning.
   *
   * @param checkpoint what `checkpoint()` gave, or its parsed JSON; its genomes are taken to be those of `problem`
   * @throws SearchError `INVALID_CHECKPOINT`, `CHECKPOINT_VERSION` or `CHECKPOINT_MISMATCH`
   */
  static resume<Genome, Name extends string, Constraint extends string = never>(
    problem: SurrogateProblem<Genome, Name, Constraint>,
    checkpoint: unknown,
    {
      algorithm = nsga2(),
      regressions,
      ...limits
    }: SearchLimits<Name> & Pick<SurrogateOptions<Name>, 'algorithm' | 'regressions'>,
  ): SurrogateSearch<Genome, Name, Constraint> {
    const saved = readSurrogateCheckpoint(checkpoint);
    checkSurrogateProblem(problem);
    checkSameSurrogateSearch(saved, {
      directions: Object.entries(problem.objectives) as unknown as SurrogateCheckpoint['directions'],
      constraints: problem.constraints ?? [],
      exact: Object.keys(problem.exact ?? {}),
      regressions: resolveRegressions(regressions).map(({ name }) => name),
      algorithm: { name: algorithm.name, settings: algorithm.settings },
    });
    const { offspring: _, ...settings } = saved.settings;
    const search = new SurrogateSearch(problem, {
      ...(settings as SurrogateOptions<Name>),
      algorithm,
      ...(regressions && { regressions }),
      ...limits,
    });
    search.#engine.restore(saved);
    return search;
  }

  /** The last completed batch: 0 for the start; -1 before it. */
  get generation(): number {
    return this.#engine.generation;
  }

  /** Genotypes evaluated so far, discarded ones included. */
  get evaluations(): number {
    return this.#engine.evaluations;
  }

  /** The Pareto front of everything measured, one solution for each objective vector, best first objective first. */
  front(): readonly Solution<Genome, Name, Constraint>[] {
    return this.#engine.front();
  }

  /**
   * The same front, each point with what the model expects of it; empty while fewer than four genotypes are measured.
   */
  expected(): readonly ExpectedSolution<Genome, Name, Constraint>[] {
    return this.#engine.expected();
  }

  /** Everything measured so far, in order. */
  evaluated(): readonly Solution<Genome, Name, Constraint>[] {
    return this.#engine.evaluated();
  }

  /** The search at the end of its last completed batch, as plain data for `JSON.stringify`. */
  checkpoint(): SurrogateCheckpoint<Genome> {
    return this.#engine.checkpoint();
  }

  /**
   * The candidates of the next batch that have no result yet; none when the search has ended. Asking again gives the
   * same ones.
   *
   * @throws SearchError `NO_CANDIDATES`, `BUSY` while the search runs by itself
   */
  ask(): readonly Candidate<Genome>[] {
    return this.#ways.ask();
  }

  /**
   * Takes the result of one candidate; the order is yours. The last one of a batch completes it.
   *
   * @param id of the candidate
   * @param result a finite number for each objective and constraint, or `{ discarded: 'why' }`
   * @returns the report of the batch that this result completed, if it did
   * @throws SearchError `UNKNOWN_CANDIDATE` unless `ask` gave this id and it has no result yet, `INVALID_OBJECTIVES`,
   * `BUSY`
   */
  tell(id: number, result: Result<Name | Constraint>): SurrogateGeneration<Genome, Name, Constraint> | undefined {
    return this.#ways.tell(id, result);
  }

  /**
   * Searches until a limit is met or nothing new can be found.
   *
   * @throws SearchError `ABORTED` when `signal` aborts, `INVALID_OBJECTIVES`, `NO_CANDIDATES`, `BUSY`; and whatever
   * `evaluate` throws. In each case the search stands at its last completed batch and can be run again.
   */
  async run({ signal, onGeneration }: SurrogateRunOptions<Genome, Name, Constraint> = {}): Promise<
    SurrogateResult<Genome, Name, Constraint>
  > {
    return this.#ways.run(signal, onGeneration, (stopped) => {
      const learned = this.expected();
      const front = learned.length > 0 ? learned : this.front().map((solution) => ({ ...solution, expected: {} }));
      return { front, generation: this.generation, evaluations: this.evaluations, stopped };
    });
  }

  /** The batches one by one, computed as they are asked for. Leaving the loop leaves the search resumable. */
  generations({ signal }: Pick<SurrogateRunOptions<Genome, Name>, 'signal'> = {}): AsyncGenerator<
    SurrogateGeneration<Genome, Name, Constraint>,
    StopReason,
    void
  > {
    return this.#ways.generations(signal);
  }

  [Symbol.asyncIterator](): AsyncIterator<SurrogateGeneration<Genome, Name, Constraint>> {
    return this.generations();
  }
}

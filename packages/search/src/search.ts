import { aborted, unlessAborted } from './abort.js';
import { nsga2 } from './algorithms/nsga2.js';
import type { Algorithm } from './algorithms/algorithm.js';
import { initialCandidates, offspringOf } from './candidates.js';
import { checkSameSearch, readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint.js';
import { axesOf, type Axis, type Objectives } from './dominance.js';
import { SearchError } from './errors.js';
import type { Candidate, Generation, RunOptions, SearchResult, StopReason } from './generation.js';
import { frontOf, generationReport, solutionsOf } from './generation-report.js';
import { hypervolume } from './indicators/hypervolume.js';
import { createEvaluationLog, type EvaluationLog } from './evaluation-log.js';
import { createGenotypeSet, keyOf, type GenotypeSet } from './genotype-set.js';
import { numbersBetween } from './numbers-between.js';
import {
  resolveLimits,
  resolveSettings,
  type ResolvedLimits,
  type ResolvedSettings,
  type SearchLimits,
  type SearchOptions,
} from './options.js';
import { lazily } from './lazily.js';
import { checkNames, type AbortSignalLike, type Problem, type Result, type Solution } from './problem.js';
import { createRandom, restoreRandom, type Random, type RandomState } from './random.js';
import { checkResult, inOrder, isDiscarded } from './results.js';
import type { SearchState, TerminationStatus } from './termination.js';

/** A generation whose results are still to come. */
interface Pending<Genome, Value extends string> {
  readonly candidates: readonly Candidate<Genome>[];
  readonly results: (Result<Value> | undefined)[];
  missing: number;
  /** The random numbers before it was bred: a search that is saved now breeds it again. */
  readonly before: RandomState;
}

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
  readonly #problem: Problem<Genome, Name, Constraint>;
  readonly #algorithm: Algorithm;
  readonly #axes: readonly Axis<Name>[];
  readonly #constraints: readonly Constraint[];
  readonly #settings: ResolvedSettings<Name>;
  readonly #limits: ResolvedLimits<Name>;
  readonly #log: EvaluationLog<Genome, Name, Constraint>;
  #known: GenotypeSet<Genome>; // all entries of the log, and the pending candidates
  readonly #started = Date.now();
  #random: Random;
  #generation = -1;
  #hypervolumes: number[] = [];
  #population = new Uint32Array(0); // entries of the log
  #pending: Pending<Genome, Name | Constraint> | undefined;
  #saturated = false;
  #busy = false;

  /** @throws SearchError `INVALID_PROBLEM` or `INVALID_OPTION`, before anything is evaluated */
  constructor(
    problem: Problem<Genome, Name, Constraint>,
    { seed = 0, algorithm = nsga2(), generations, evaluations, until, ...settings }: SearchOptions<Name>,
  ) {
    this.#constraints = problem.constraints ?? [];
    checkNames(problem.objectives, this.#constraints);
    this.#problem = problem;
    this.#algorithm = algorithm;
    this.#axes = axesOf(problem.objectives);
    this.#settings = resolveSettings(settings, algorithm, Object.keys(problem.objectives) as Name[]);
    this.#limits = resolveLimits({
      ...(generations === undefined ? {} : { generations }),
      ...(evaluations === undefined ? {} : { evaluations }),
      ...(until === undefined ? {} : { until }),
    });
    this.#log = createEvaluationLog(this.#axes, this.#constraints);
    this.#known = createGenotypeSet(problem);
    this.#random = createRandom(seed);
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
    { algorithm = nsga2(), ...limits }: SearchLimits<Name> & Pick<SearchOptions<Name>, 'algorithm'>,
  ): Search<Genome, Name, Constraint> {
    const saved = readCheckpoint(checkpoint);
    checkSameSearch(saved, { directions: problem.objectives, constraints: problem.constraints ?? [], algorithm });
    const search = new Search(problem, { ...(saved.settings as ResolvedSettings<Name>), algorithm, ...limits });
    const names = [...search.#axes.map(({ name }) => name), ...search.#constraints];
    for (const entry of saved.evaluated) {
      const genome = entry.genome as Genome;
      const result =
        'values' in entry
          ? (Object.fromEntries(names.map((name, i) => [name, entry.values[i]])) as Objectives<Name | Constraint>)
          : { discarded: entry.discarded };
      search.#known.add(genome);
      search.#log.add(genome, result);
    }
    search.#random = restoreRandom(saved.random);
    search.#generation = saved.generation;
    search.#hypervolumes = saved.hypervolumes.slice();
    search.#population = Uint32Array.from(saved.population);
    return search;
  }

  /** The last completed generation; -1 before the initial one. */
  get generation(): number {
    return this.#generation;
  }

  /** Genotypes evaluated so far, discarded ones included. */
  get evaluations(): number {
    return this.#log.size();
  }

  /** The population's Pareto front, one solution for each objective vector, best first objective first. */
  front(): readonly Solution<Genome, Name, Constraint>[] {
    return frontOf(this.#log, this.#population);
  }

  /** Everything measured so far, in order; `paretoFront` of it may be larger than a population's front. */
  evaluated(): readonly Solution<Genome, Name, Constraint>[] {
    return solutionsOf(this.#log, numbersBetween(0, this.#log.size()));
  }

  /** The search at the end of its last completed generation, as plain data for `JSON.stringify`. */
  checkpoint(): Checkpoint<Genome> {
    const evaluated = Array.from({ length: this.#log.size() }, (_, entry) => {
      const genome = this.#log.genome(entry);
      const solution = this.#log.solution(entry);
      if (!solution) return { genome, discarded: this.#log.discarded(entry) ?? '' };
      const { objectives, constraints } = solution;
      return {
        genome,
        values: [
          ...this.#axes.map(({ name }) => objectives[name]),
          ...this.#constraints.map((name) => constraints?.[name] ?? 0),
        ],
      };
    });
    return writeCheckpoint({
      algorithm: { name: this.#algorithm.name, settings: this.#algorithm.settings },
      directions: this.#axes.map(({ name }) => [name, this.#problem.objectives[name]]),
      constraints: this.#constraints,
      settings: this.#settings,
      random: this.#pending?.before ?? this.#random.state(),
      generation: this.#generation,
      hypervolumes: this.#hypervolumes.slice(),
      evaluated,
      population: Array.from(this.#population),
    });
  }

  /**
   * The candidates of the next generation that have no result yet; none when the search has ended. Asking again gives the same ones.
   *
   * @throws SearchError `NO_CANDIDATES`, `BUSY` while the search runs by itself
   * @example
   * for (const { id, genome } of search.ask()) search.tell(id, { cost: genome[0], score: Math.sqrt(genome[0]) });
   */
  ask(): readonly Candidate<Genome>[] {
    this.#checkIdle();
    return this.#ask();
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
    this.#checkIdle();
    const first = this.#log.size();
    const candidate = this.#pending?.candidates[id - first];
    if (!this.#pending || !candidate || this.#pending.results[id - first] !== undefined) {
      throw new SearchError(
        'UNKNOWN_CANDIDATE',
        `No candidate ${id} waits for a result: it is of another generation, or it has one. Tell each candidate of the last ask() once.`,
      );
    }
    checkResult(result, candidate.genome, this.#names());
    return this.#tell(id - first, result);
  }

  /**
   * Searches until a limit is met or nothing new can be found.
   *
   * @throws SearchError `ABORTED` when `signal` aborts, `INVALID_OBJECTIVES`, `NO_CANDIDATES`, `BUSY`; and whatever
   * `evaluate` throws. In each case the search stands at its last completed generation and can be run again.
   */
  async run({ signal, onGeneration }: RunOptions<Genome, Name, Constraint> = {}): Promise<
    SearchResult<Genome, Name, Constraint>
  > {
    this.#claim();
    try {
      for (;;) {
        const step = await this.#step(signal);
        if (typeof step === 'string') {
          return { front: this.front(), generation: this.generation, evaluations: this.evaluations, stopped: step };
        }
        await onGeneration?.(step);
      }
    } finally {
      this.#busy = false;
    }
  }

  /** The generations one by one, computed as they are asked for. Leaving the loop leaves the search resumable. */
  async *generations({ signal }: Pick<RunOptions<Genome, Name>, 'signal'> = {}): AsyncGenerator<
    Generation<Genome, Name, Constraint>,
    StopReason,
    void
  > {
    this.#claim();
    try {
      for (;;) {
        const step = await this.#step(signal);
        if (typeof step === 'string') return step;
        yield step;
      }
    } finally {
      this.#busy = false;
    }
  }

  [Symbol.asyncIterator](): AsyncIterator<Generation<Genome, Name, Constraint>> {
    return this.generations();
  }

  #checkIdle(): void {
    if (this.#busy) {
      throw new SearchError(
        'BUSY',
        'This search is running already: wait for it, or make a second one to run beside it.',
      );
    }
  }

  #claim(): void {
    this.#checkIdle();
    this.#busy = true;
  }

  #names(): readonly string[] {
    return [...this.#axes.map(({ name }) => name), ...this.#constraints];
  }

  /** One generation, all of it or nothing; or why there is none. */
  async #step(signal: AbortSignalLike | undefined): Promise<Generation<Genome, Name, Constraint> | StopReason> {
    const candidates = this.#ask();
    if (candidates.length === 0) return this.#stopReason() ?? 'saturated';
    if (signal?.aborted) throw aborted(signal.reason);
    const genomes = candidates.map(({ genome }) => genome);
    const keys = lazily(() => genomes.map((genome) => keyOf(this.#problem, genome)));
    const context = {
      generation: this.#generation + 1,
      get keys() {
        return keys();
      },
      ...(signal && { signal }),
    };
    const results = inOrder(
      await unlessAborted(() => this.#problem.evaluate(genomes, context), signal),
      genomes,
      this.#names(),
    );
    const first = this.#log.size();
    let report: Generation<Genome, Name, Constraint> | undefined;
    candidates.forEach(({ id }, i) => void (report = this.#tell(id - first, results[i] as Result<Name | Constraint>)));
    return report as Generation<Genome, Name, Constraint>;
  }

  #ask(): readonly Candidate<Genome>[] {
    if (this.#stopReason() !== undefined) return [];
    this.#pending ??= this.#breed();
    const { candidates = [], results = [] } = this.#pending ?? {};
    return candidates.filter((_, i) => results[i] === undefined);
  }

  #stopReason(): StopReason | undefined {
    if (this.#generation >= this.#limits.generations) return 'generations';
    if (this.evaluations >= this.#limits.evaluations) return 'evaluations';
    const status = this.#limits.until?.(this.#state());
    if (status && status.progress >= 1) return status.reason;
    return this.#saturated ? 'saturated' : undefined;
  }

  #state(): SearchState<Name> {
    const front = (): readonly Objectives<Name>[] => this.#feasibleFront();
    return {
      generation: this.#generation,
      evaluations: this.evaluations,
      seconds: (Date.now() - this.#started) / 1000,
      directions: this.#problem.objectives,
      get front() {
        return front();
      },
      ...(this.#settings.reference && { hypervolumes: this.#hypervolumes }),
    };
  }

  #progress(): number {
    const { generations, evaluations, until } = this.#limits;
    const none: TerminationStatus = { progress: 0, reason: '' };
    const { progress } = until?.(this.#state()) ?? none;
    return Math.min(
      1,
      Math.max(progress, generations === 0 ? 1 : this.#generation / generations, this.evaluations / evaluations),
    );
  }

  #breed(): Pending<Genome, Name | Constraint> | undefined {
    const before = this.#random.state();
    const left = this.#limits.evaluations - this.evaluations;
    const options = {
      problem: this.#problem,
      settings: this.#settings,
      known: this.#known,
      random: this.#random,
      left,
    };
    let genomes: readonly Genome[];
    try {
      genomes =
        this.#generation < 0
          ? initialCandidates(options)
          : offspringOf(options, { population: this.#population, log: this.#log, algorithm: this.#algorithm });
    } catch (error) {
      // An operator failed: forget what was bred, as if it had not been asked.
      this.#random = restoreRandom(before);
      this.#known = createGenotypeSet(this.#problem);
      for (let entry = 0; entry < this.#log.size(); entry += 1) this.#known.add(this.#log.genome(entry));
      throw error;
    }
    if (genomes.length === 0) {
      this.#saturated = true;
      this.#random = restoreRandom(before);
      return undefined;
    }
    const first = this.#log.size();
    const candidates = genomes.map((genome, i) => ({ id: first + i, genome }));
    return {
      candidates,
      results: new Array<undefined>(candidates.length).fill(undefined),
      missing: candidates.length,
      before,
    };
  }

  #tell(index: number, result: Result<Name | Constraint>): Generation<Genome, Name, Constraint> | undefined {
    const pending = this.#pending;
    if (!pending) return undefined;
    if (
      this.#generation < 0 &&
      pending.missing === 1 &&
      isDiscarded(result) &&
      pending.results.every((other, i) => i === index || (other && isDiscarded(other)))
    ) {
      throw new SearchError(
        'NO_CANDIDATES',
        `All ${pending.candidates.length} candidates of the initial population were discarded, this one because: ${result.discarded}. Mend evaluate(), or what it measures.`,
      );
    }
    pending.results[index] = result;
    pending.missing -= 1;
    return pending.missing === 0 ? this.#absorb(pending) : undefined;
  }

  #absorb({ candidates, results }: Pending<Genome, Name | Constraint>): Generation<Genome, Name, Constraint> {
    const first = this.#log.size();
    candidates.forEach(({ genome }, i) => void this.#log.add(genome, results[i] as Result<Name | Constraint>));
    const added = numbersBetween(first, this.#log.size()).filter((entry) => this.#log.discarded(entry) === undefined);
    const merged = new Uint32Array(this.#population.length + added.length);
    merged.set(this.#population);
    merged.set(added, this.#population.length);
    const kept = this.#algorithm.survivors(this.#log.rows(merged), this.#settings.populationSize, {
      ideal: this.#log.ideal,
      random: this.#random,
    });
    this.#population = kept.map((row) => merged[row] ?? 0);
    this.#generation += 1;
    this.#pending = undefined;
    const volume = this.#hypervolume();
    if (volume !== undefined) this.#hypervolumes.push(volume);
    const counts = {
      generation: this.#generation,
      evaluations: this.evaluations,
      progress: this.#progress(),
      hypervolume: volume,
    };
    return generationReport(counts, {
      log: this.#log,
      own: numbersBetween(first, this.#log.size()),
      population: this.#population,
    });
  }

  #hypervolume(): number | undefined {
    const { reference } = this.#settings;
    return reference && hypervolume(this.#feasibleFront(), reference, this.#problem.objectives);
  }

  /** Objectives of the population's front; empty where nothing is feasible. */
  #feasibleFront(): readonly Objectives<Name>[] {
    return this.front().flatMap(({ objectives, violation }) => (violation === 0 ? [objectives] : []));
  }
}

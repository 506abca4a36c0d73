import { breedChild, collectNew, keyOf, type Brood } from './breeding.js';
import { checkSameObjectives, readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint.js';
import { axesOf, type Axis, type Objectives } from './dominance.js';
import { SearchError } from './errors.js';
import type { Generation, RunOptions, SearchResult, StopReason } from './generation.js';
import { hypervolume } from './hypervolume.js';
import { createLedger, type Ledger } from './ledger.js';
import { resolveLimits, resolveSettings, type ResolvedSettings, type SearchLimits, type SearchOptions } from './options.js';
import { frontRows } from './pareto.js';
import { checkDirections, checkResults, type AbortSignalLike, type Problem, type Solution } from './problem.js';
import { createRandom, restoreRandom, type Random } from './random.js';
import { standingOf, survivors, type Standing } from './survival.js';

/**
 * Generational NSGA-II (Deb, Pratap, Agarwal and Meyarivan 2002): binary tournament by rank and crowding, elitist
 * survival. No genotype is evaluated twice; the same seed gives the same search; it can be stopped after any
 * generation, saved as JSON and resumed bit for bit.
 *
 * @example
 * const search = new Nsga2(problem, { seed: 1, populationSize: 40, generations: 50 });
 * const { front } = await search.run();
 */
export class Nsga2<Genome, Name extends string = string> implements AsyncIterable<Generation<Genome, Name>> {
  readonly #problem: Problem<Genome, Name>;
  readonly #axes: readonly Axis<Name>[];
  readonly #settings: ResolvedSettings<Name>;
  readonly #limits: Required<SearchLimits>;
  readonly #ledger: Ledger<Genome, Name>;
  #random: Random;
  #generation = -1;
  #population = new Uint32Array(0); // entries of the ledger
  #standing: Standing = { ranks: new Uint32Array(0), crowding: new Float64Array(0) };
  #busy = false;

  /** @throws SearchError `INVALID_PROBLEM`, `INVALID_OPTION` or `UNSUPPORTED`, before anything is evaluated */
  constructor(problem: Problem<Genome, Name>, { seed = 0, generations, evaluations, ...settings }: SearchOptions<Name>) {
    checkDirections(problem.objectives);
    this.#problem = problem;
    this.#axes = axesOf(problem.objectives);
    this.#settings = resolveSettings(settings, Object.keys(problem.objectives) as Name[]);
    this.#limits = resolveLimits({
      ...(generations === undefined ? {} : { generations }),
      ...(evaluations === undefined ? {} : { evaluations }),
    });
    this.#ledger = createLedger(this.#axes);
    this.#random = createRandom(seed);
  }

  /**
   * A search that goes on from a checkpoint, with limits that count from its very beginning.
   *
   * @param checkpoint what `checkpoint()` gave, or its parsed JSON; its genomes are taken to be those of `problem`
   * @throws SearchError `INVALID_CHECKPOINT`, `CHECKPOINT_VERSION` or `CHECKPOINT_MISMATCH`
   * @example
   * const search = Nsga2.resume(problem, JSON.parse(text), { generations: 100 });
   */
  static resume<Genome, Name extends string>(
    problem: Problem<Genome, Name>,
    checkpoint: unknown,
    limits: SearchLimits,
  ): Nsga2<Genome, Name> {
    const saved = readCheckpoint(checkpoint);
    checkSameObjectives(saved, problem.objectives);
    const search = new Nsga2(problem, { ...(saved.settings as ResolvedSettings<Name>), ...limits });
    for (const { genome, values } of saved.evaluated) {
      const own = genome as Genome;
      const objectives = Object.fromEntries(search.#axes.map(({ name }, m) => [name, values[m]])) as Objectives<Name>;
      search.#ledger.add(keyOf(problem, own), own, objectives);
    }
    search.#random = restoreRandom(saved.random);
    search.#generation = saved.generation;
    search.#settle(Uint32Array.from(saved.population));
    return search;
  }

  /** The last completed generation; -1 before the initial one. */
  get generation(): number {
    return this.#generation;
  }

  /** Genotypes evaluated so far. */
  get evaluations(): number {
    return this.#ledger.size();
  }

  /** The population's Pareto front, one solution for each objective vector, best first objective first. */
  front(): readonly Solution<Genome, Name>[] {
    const rows = frontRows(this.#ledger.rows(this.#population), this.#axes.length);
    return rows.map((row) => this.#ledger.solution(this.#population[row] ?? 0));
  }

  /** Everything evaluated so far, in order; `paretoFront` of it may be larger than a population's front. */
  evaluated(): readonly Solution<Genome, Name>[] {
    return this.#since(0);
  }

  /** The search at the end of its last completed generation, as plain data for `JSON.stringify`. */
  checkpoint(): Checkpoint<Genome> {
    return writeCheckpoint({
      directions: this.#axes.map(({ name }) => [name, this.#problem.objectives[name]]),
      settings: this.#settings,
      random: this.#random.state(),
      generation: this.#generation,
      evaluated: this.evaluated().map(({ genome, objectives }) => ({
        genome,
        values: this.#axes.map(({ name }) => objectives[name]),
      })),
      population: Array.from(this.#population),
    });
  }

  /**
   * Searches until a limit is met or nothing new can be found.
   *
   * @throws SearchError `ABORTED` when `signal` aborts, `INVALID_OBJECTIVES`, `NO_CANDIDATES`, `BUSY`; and whatever
   * `evaluate` throws. In each case the search stands at its last completed generation and can be run again.
   */
  async run({ signal, onGeneration }: RunOptions<Genome, Name> = {}): Promise<SearchResult<Genome, Name>> {
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
    Generation<Genome, Name>,
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

  [Symbol.asyncIterator](): AsyncIterator<Generation<Genome, Name>> {
    return this.generations();
  }

  #claim(): void {
    if (this.#busy) {
      throw new SearchError('BUSY', 'This search is running already: wait for it, or make a second one to run beside it.');
    }
    this.#busy = true;
  }

  /** One generation, all of it or nothing: a failure puts the random numbers back to where they were. */
  async #step(signal: AbortSignalLike | undefined): Promise<Generation<Genome, Name> | StopReason> {
    if (this.#generation >= this.#limits.generations) return 'generations';
    if (this.evaluations >= this.#limits.evaluations) return 'evaluations';
    if (signal?.aborted) throw aborted(signal.reason);
    const before = this.#random.state();
    try {
      const generation = this.#generation + 1;
      const brood = generation === 0 ? this.#firstBrood() : this.#nextBrood();
      if (brood.size > 0) {
        const genomes = [...brood.values()];
        const results = await this.#problem.evaluate(genomes, { generation, ...(signal ? { signal } : {}) });
        checkResults(results, genomes, Object.keys(this.#problem.objectives));
        return this.#absorb(brood, results);
      }
    } catch (error) {
      this.#random = restoreRandom(before);
      throw signal?.aborted ? aborted(error) : error;
    }
    this.#random = restoreRandom(before);
    return 'saturated';
  }

  #firstBrood(): Brood<Genome> {
    const { seeds = [] } = this.#problem;
    const brood: Brood<Genome> = new Map();
    const limit = this.#limits.evaluations;
    const shared = { problem: this.#problem, known: () => false };
    collectNew(brood, (i) => seeds[i] as Genome, { ...shared, size: limit, attempts: seeds.length });
    const size = Math.min(this.#settings.populationSize, limit);
    const attempts = Math.max(0, size - brood.size) * this.#settings.attempts;
    collectNew(brood, (i) => this.#problem.initial(this.#random, i), { ...shared, size, attempts });
    if (brood.size === 0) {
      throw new SearchError(
        'NO_CANDIDATES',
        `None of ${seeds.length} seeds and ${attempts} samples passed accept(): loosen it, or mend initial() or repair().`,
      );
    }
    return brood;
  }

  #nextBrood(): Brood<Genome> {
    const { populationSize, attempts, crossoverRate, mutationRate } = this.#settings;
    const size = Math.min(populationSize, this.#limits.evaluations - this.evaluations);
    const parent = (row: number): Genome => this.#ledger.genome(this.#population[row] ?? 0);
    const choices = { standing: this.#standing, random: this.#random, crossoverRate, mutationRate };
    const brood: Brood<Genome> = new Map();
    collectNew(brood, () => breedChild(this.#problem, parent, choices), {
      problem: this.#problem,
      known: (key) => this.#ledger.has(key),
      size,
      attempts: size * attempts,
    });
    return brood;
  }

  #absorb(brood: Brood<Genome>, results: readonly Objectives<Name>[]): Generation<Genome, Name> {
    const first = this.#ledger.size();
    const merged = new Uint32Array(this.#population.length + brood.size);
    merged.set(this.#population);
    [...brood].forEach(([key, genome], i) => {
      merged[this.#population.length + i] = this.#ledger.add(key, genome, results[i] as Objectives<Name>);
    });
    const kept = survivors(this.#ledger.rows(merged), this.#axes.length, this.#settings.populationSize);
    this.#settle(kept.map((row) => merged[row] ?? 0));
    this.#generation += 1;
    return this.#report(first);
  }

  #settle(population: Uint32Array<ArrayBuffer>): void {
    this.#population = population;
    this.#standing = standingOf(this.#ledger.rows(population), this.#axes.length);
  }

  #since(first: number): Solution<Genome, Name>[] {
    return Array.from({ length: this.#ledger.size() - first }, (_, i) => this.#ledger.solution(first + i));
  }

  #report(first: number): Generation<Genome, Name> {
    const front = this.front();
    const { reference } = this.#settings;
    const points = front.map(({ objectives }) => objectives);
    return {
      generation: this.#generation,
      evaluations: this.evaluations,
      populationSize: this.#population.length,
      evaluated: this.#since(first),
      front,
      ...(reference ? { hypervolume: hypervolume(points, reference, this.#problem.objectives) } : {}),
    };
  }
}

const aborted = (cause: unknown): SearchError =>
  new SearchError(
    'ABORTED',
    'The search was aborted; it stands at its last completed generation: checkpoint() saves it, run() goes on.',
    { cause },
  );

import type { AbortSignalLike, Solution } from './problem.js';

/** What a search reports after each generation. */
export interface Generation<Genome, Name extends string = string> {
  /** 0 for the initial population, then 1, 2, ... */
  readonly generation: number;
  /** Evaluations so far, this generation's included. */
  readonly evaluations: number;
  /** Members of the population. */
  readonly populationSize: number;
  /** The genotypes evaluated in this generation. */
  readonly evaluated: readonly Solution<Genome, Name>[];
  /** The population's Pareto front, one solution for each objective vector, best first objective first. */
  readonly front: readonly Solution<Genome, Name>[];
  /** The front's hypervolume; there if the search has a `reference`. */
  readonly hypervolume?: number;
}

/** Why a search ended: a limit was met, or a whole generation of attempts found no new genotype. */
export type StopReason = 'generations' | 'evaluations' | 'saturated';

/** How a search ended. */
export interface SearchResult<Genome, Name extends string = string> {
  readonly front: readonly Solution<Genome, Name>[];
  readonly generation: number;
  readonly evaluations: number;
  readonly stopped: StopReason;
}

/** What a run takes. */
export interface RunOptions<Genome, Name extends string = string> {
  /** Ends the run with an `ABORTED` error at the last completed generation. */
  readonly signal?: AbortSignalLike;
  /** Called after each generation; the run waits for it. */
  readonly onGeneration?: (generation: Generation<Genome, Name>) => void | Promise<void>;
}

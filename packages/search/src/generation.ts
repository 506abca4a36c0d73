import type { AbortSignalLike, Solution } from './problem.js';

/** A genotype that waits for its result. */
export interface Candidate<Genome> {
  /** What `tell` wants to know it by: the number of the evaluation, counted from 0 over the whole search. */
  readonly id: number;
  readonly genome: Genome;
}

/** A candidate whose evaluation gave no numbers. */
export interface DiscardedCandidate<Genome> {
  readonly genome: Genome;
  /** Why, in words. */
  readonly discarded: string;
}

/** What a search reports after each generation. */
export interface Generation<Genome, Name extends string = string, Constraint extends string = never> {
  /** 0 for the initial population, then 1, 2, ... */
  readonly generation: number;
  /** Evaluations so far, this generation's included. */
  readonly evaluations: number;
  /** How far the search has come, from 0 to 1: by the limit that is nearest to being met. */
  readonly progress: number;
  /** Members of the population. */
  readonly populationSize: number;
  /** The genotypes evaluated in this generation, without those that were discarded. */
  readonly evaluated: readonly Solution<Genome, Name, Constraint>[];
  /** The candidates of this generation that were discarded. */
  readonly discarded: readonly DiscardedCandidate<Genome>[];
  /** The population's Pareto front, one solution for each objective vector, best first objective first. */
  readonly front: readonly Solution<Genome, Name, Constraint>[];
  /** The hypervolume of the feasible front; there if the search has a `reference`. */
  readonly hypervolume?: number;
}

/** Why a search ended: `generations`, `evaluations`, `saturated` when no new genotype could be found, or the reason of `until`. */
export type StopReason = 'generations' | 'evaluations' | 'saturated' | 'time' | 'stagnation' | 'target' | (string & {});

/** How a search ended. */
export interface SearchResult<Genome, Name extends string = string, Constraint extends string = never> {
  /** The last population's Pareto front; where nothing feasible was found, what breaks the constraints least. */
  readonly front: readonly Solution<Genome, Name, Constraint>[];
  readonly generation: number;
  readonly evaluations: number;
  readonly stopped: StopReason;
}

/** What a run takes. */
export interface RunOptions<Genome, Name extends string = string, Constraint extends string = never> {
  /** Ends the run at once with an `ABORTED` error; the search stands at its last completed generation. */
  readonly signal?: AbortSignalLike;
  /** Called after each generation; the run waits for it. */
  readonly onGeneration?: (generation: Generation<Genome, Name, Constraint>) => void | Promise<void>;
}

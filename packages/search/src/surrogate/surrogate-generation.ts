import type { Generation } from '../generation.js';
import type { Solution } from '../problem.js';
import type { Forecast } from './modelled-values.js';
import type { ModelQuality } from './model.js';

/**
 * Where candidates came from: the spread start, a search on the model, or, where the model does not foretell, offspring
 * of the population.
 */
export type ProposedBy = 'start' | 'model' | 'offspring';

/** How well the model of a value foretells. */
export interface ValueReport extends ModelQuality {
  /**
   * The same of what was foretold of candidates before they were measured, of all that were proposed by a model so far.
   */
  readonly ahead?: Pick<ModelQuality, 'points' | 'rankCorrelation' | 'standardizedError' | 'error'>;
}

/** What a surrogate-assisted search reports after each batch. Its front is that of everything measured. */
export interface SurrogateGeneration<
  Genome,
  Name extends string = string,
  Constraint extends string = never,
> extends Generation<Genome, Name, Constraint> {
  readonly proposedBy: ProposedBy;
  /** The model that this batch was proposed with, or that was not good enough to; absent for the start. */
  readonly model?: { readonly [Value in Name | Constraint]?: ValueReport };
}

/** A solution with what the model says of it. */
export interface ExpectedSolution<
  Genome,
  Name extends string = string,
  Constraint extends string = never,
> extends Solution<Genome, Name, Constraint> {
  /**
   * What its learned values truly are, by all that was measured: the mean and the standard deviation of the model. Of
   * many measured points the best had luck too, so these are mostly worse than what was measured, and nearer to the
   * truth.
   */
  readonly expected: { readonly [Value in Name | Constraint]?: Forecast };
}

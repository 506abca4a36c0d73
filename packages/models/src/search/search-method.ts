import { ModelError } from '../errors.js';

/**
 * How a length search proposes points.
 *
 * - `surrogate`: a regression learns the score from the points that were scored, and those are scored next that promise the
 *   most. It takes a fifth of the points, or less.
 * - `nsga2`: evolution, generation by generation.
 */
export type LengthSearchMethod = 'surrogate' | 'nsga2';

/** Settings that say how a length search proposes points, and how many. */
export interface MethodSettings {
  readonly method?: LengthSearchMethod | undefined;
  readonly generations?: number | undefined;
  readonly populationSize?: number | undefined;
}

/** Points that are scored unless it is told otherwise: a fifth of those of ten generations of twenty. */
export const defaultEvaluations = 45;

/**
 * The method that settings ask for: `surrogate`, but `nsga2` where they have generations or a population, which only that has.
 *
 * @throws ModelError `OPTION_INVALID` for a method that is none, and generations or a population of `surrogate`
 */
export const searchMethodOf = ({ method, generations, populationSize }: MethodSettings): LengthSearchMethod => {
  const [own] = Object.entries({ generations, populationSize }).filter(([, value]) => value !== undefined);
  if (method === undefined) return own ? 'nsga2' : 'surrogate';
  const known: readonly string[] = ['surrogate', 'nsga2'] satisfies LengthSearchMethod[];
  if (!known.includes(method)) {
    throw new ModelError('OPTION_INVALID', `method is ${JSON.stringify(method)}; expected ${known.join(' or ')}.`);
  }
  if (method === 'surrogate' && own) {
    throw new ModelError(
      'OPTION_INVALID',
      `${own[0]} is ${own[1]}, and the method surrogate has none: it measures points a few at a time. Give \`evaluations\`, or the method 'nsga2'.`,
    );
  }
  return method;
};

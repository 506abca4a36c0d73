import type { Objectives } from './dominance.js';
import type { StopReason } from './generation.js';
import { hypervolume } from './indicators/hypervolume.js';
import type { ResolvedLimits } from './options.js';
import type { Problem, Solution } from './problem.js';
import type { SearchState } from './termination.js';

/** Objectives of what is feasible of a front. */
const feasibleOf = <Genome, Name extends string, Constraint extends string>(
  front: readonly Solution<Genome, Name, Constraint>[],
): readonly Objectives<Name>[] => front.flatMap(({ objectives, violation }) => (violation === 0 ? [objectives] : []));

/**
 * Where a search stands; its front is looked at only where somebody asks for it.
 *
 * @param counts with `started`, when the search was made or resumed: milliseconds since 1970
 */
export const stateOf = <Genome, Name extends string, Constraint extends string>(
  { objectives }: Pick<Problem<Genome, Name, Constraint>, 'objectives'>,
  front: () => readonly Solution<Genome, Name, Constraint>[],
  {
    started,
    ...counts
  }: Pick<SearchState<Name>, 'generation' | 'evaluations'> & {
    readonly started: number;
    readonly hypervolumes?: readonly number[] | undefined;
  },
): SearchState<Name> => {
  const { hypervolumes, ...numbers } = counts;
  return {
    ...numbers,
    seconds: (Date.now() - started) / 1000,
    directions: objectives,
    get front() {
      return feasibleOf(front());
    },
    ...(hypervolumes && { hypervolumes }),
  };
};

/** The hypervolume of what is feasible of a front; undefined without a reference. */
export const volumeOf = <Genome, Name extends string, Constraint extends string>(
  { objectives }: Pick<Problem<Genome, Name, Constraint>, 'objectives'>,
  front: () => readonly Solution<Genome, Name, Constraint>[],
  reference: Objectives<Name> | undefined,
): number | undefined => reference && hypervolume(feasibleOf(front()), reference, objectives);

/** Which limit a search has met; undefined while it goes on. */
export const limitMet = <Name extends string>(
  state: SearchState<Name>,
  { generations, evaluations, until }: ResolvedLimits<Name>,
): StopReason | undefined => {
  if (state.generation >= generations) return 'generations';
  if (state.evaluations >= evaluations) return 'evaluations';
  const status = until?.(state);
  return status && status.progress >= 1 ? status.reason : undefined;
};

/** How far a search has come, from 0 to 1: by the limit that is nearest to being met. */
export const progressOf = <Name extends string>(
  state: SearchState<Name>,
  { generations, evaluations, until }: ResolvedLimits<Name>,
): number => {
  const progress = until?.(state).progress ?? 0;
  const byGenerations = generations === 0 ? 1 : state.generation / generations;
  return Math.min(1, Math.max(progress, byGenerations, state.evaluations / evaluations));
};

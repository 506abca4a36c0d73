import type { StopReason } from './generation.js';
import type { ResolvedLimits } from './options.js';
import type { SearchState } from './termination.js';

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

import type { PrepareOptions, Task } from './task.js';

/**
 * An option that came and that a task makes nothing of, since it is for others alone; undefined where there is none. A task of somebody's own, which says
 * nothing of what its labels are, may make something of a threshold.
 */
export const unheardOption = (
  { answers: kind, labelKind }: Pick<Task, 'answers' | 'labelKind'>,
  { threshold, answers, maxAnswerTokens }: Pick<PrepareOptions, 'threshold' | 'answers' | 'maxAnswerTokens'>,
): 'threshold' | 'answers' | 'maxAnswerTokens' | undefined => {
  if (threshold !== undefined && labelKind !== undefined && labelKind !== 'multi-label') return 'threshold';
  if (kind === 'spans') return undefined;
  if (answers !== undefined) return 'answers';
  return maxAnswerTokens === undefined ? undefined : 'maxAnswerTokens';
};

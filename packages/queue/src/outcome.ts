import type { Result } from '@length-adaptive/search';
import { QueueError, type QueueErrorCode } from './errors.js';
import type { JobStatus } from './job-store.js';

/** A job that is over. */
export type FinishedJob = Extract<JobStatus, { state: 'completed' | 'failed' }>;

/** Failures that no candidate is to blame for: they end a batch whatever the policy, and are not tried again. */
const BATCH_ERRORS: readonly QueueErrorCode[] = ['STUDY_REFUSED', 'PROCESSOR_INVALID'];

/** Is this the code of a failure that no candidate is to blame for? */
export const isBatchError = (code: unknown): code is QueueErrorCode => BATCH_ERRORS.some((known) => known === code);

const causeOf = ({ reason, stack }: Extract<JobStatus, { state: 'failed' }>): Error => {
  const cause = new Error(reason);
  if (stack !== undefined) cause.stack = stack;
  return cause;
};

/**
 * What came of a job, by the failure policy.
 *
 * @throws QueueError `JOB_FAILED` under the policy `throw`; `STUDY_REFUSED` and `PROCESSOR_INVALID` always
 */
export const outcomeOf = (key: string, job: FinishedJob, onFailure: 'throw' | 'discard'): Result => {
  if (job.state === 'completed') return job.value as Result;
  const { reason, attempts } = job;
  const code = reason.slice(0, Math.max(0, reason.indexOf(':')));
  if (isBatchError(code)) throw new QueueError(code, reason.slice(code.length + 2), { cause: causeOf(job) });
  const tries = `failed${attempts > 1 ? ` ${attempts} times, at last` : ''}: ${reason}`;
  if (onFailure === 'discard') return { discarded: tries };
  const advice = /stalled more than/.test(reason)
    ? 'Its workers died or lost Redis each time; see their output.'
    : "Mend it and run again (what is finished stays finished), or let onFailure: 'discard' go on without it.";
  throw new QueueError('JOB_FAILED', `The evaluation of ${key} ${tries.replace(/\.$/, '')}. ${advice}`, {
    cause: causeOf(job),
  });
};

import { ServerError } from '../errors.js';
import type { Speed } from '../planning/speed.js';
import type { WaitCorrection } from '../planning/wait-correction.js';
import type { Job } from './job.js';
import { workToCome } from './job.js';
import type { WorkQueue } from './work-queue.js';

/** What a job has to get past, and what its wait is predicted with. */
export interface AdmissionContext {
  readonly queue: WorkQueue;
  readonly speed: Speed;
  readonly waitCorrection: WaitCorrection;
  /** Milliseconds until a thread is free. */
  readonly freeInMs: number;
  /** Milliseconds that jobs take on all threads, at what load allows them under a ceiling. */
  readonly drainMs: (jobs: readonly Job[], ceiling: number) => number;
  readonly maxBatchTokens: number;
  /** Texts that may wait. */
  readonly maxQueue: number;
  /** Longest wait that a job is accepted for. */
  readonly maxQueueMs: number;
  /** The soonest that a refused client may come back where only the length of the queue refused it. */
  readonly leastRetryMs: number;
}

/** After so many times the longest wait a job is refused, though it was let in. */
const overtakenFactor = 10;

const overloaded = (message: string, retryAfterMs: number): ServerError =>
  new ServerError('OVERLOADED', message, { retryAfterMs });

/**
 * Refuses what cannot be answered in time, before it is queued; sets the wait that a job is expected to have.
 *
 * @param usefulMs milliseconds after which the answer is of no use
 * @throws ServerError `OVERLOADED`
 */
export const admit = (job: Job, usefulMs: number, context: AdmissionContext): void => {
  const { queue, speed, waitCorrection, freeInMs, drainMs, maxBatchTokens, maxQueue, maxQueueMs, leastRetryMs } =
    context;
  const tokens = job.tokens.reduce((sum, own) => sum + own, 0);
  const alike = Math.max(1, Math.min(maxBatchTokens / tokens, 1 + queue.texts / job.tokens.length));
  const batchMs = speed.milliseconds(workToCome(job, 0) * alike); // it is answered when its batch is, and others will be in it
  const ahead = queue.jobs.filter(({ priority }) => priority <= job.priority);
  job.expectedWaitMs = freeInMs + drainMs(ahead, 0);
  const waitMs = waitCorrection.factor * job.expectedWaitMs;
  const bound = Math.max(0, Math.min(maxQueueMs, usefulMs - batchMs));
  if (queue.texts + job.tokens.length > maxQueue && queue.texts > 0) {
    throw overloaded(
      `${queue.texts} texts wait, and the server lets ${maxQueue} wait; try again later, or elsewhere.`,
      Math.max(waitMs, leastRetryMs),
    );
  }
  if (waitMs > bound) {
    throw overloaded(
      `The wait is ${Math.round(waitMs)} ms even at the shortest lengths that waiting requests allow, and this request can wait for ${Math.round(bound)} ms; try again later, or elsewhere.`,
      waitMs - bound,
    );
  }
};

/** What waits for far longer than it was let in for was overtaken again and again: it is refused after all. */
export const refuseOvertaken = (jobs: readonly Job[], now: number, maxQueueMs: number): void => {
  for (const job of jobs) {
    if (job.choice || now - job.arrived <= overtakenFactor * maxQueueMs) continue;
    job.settle(
      overloaded(
        `The request waited for ${Math.round(now - job.arrived)} ms while others went first; try again later, or elsewhere.`,
        maxQueueMs,
      ),
    );
  }
};

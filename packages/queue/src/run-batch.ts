import type { Result } from '@length-adaptive/search';
import { QueueError } from './errors.js';
import type { JobData } from './job.js';
import type { JobStore, JobStatus } from './job-store.js';
import type { ResolvedOptions } from './options.js';
import { outcomeOf } from './outcome.js';
import { redisAnswer } from './redis-answer.js';
import { createWakeSignal } from './wake-signal.js';
import { createWorkerWatch } from './worker-watch.js';

/** When one try of a job began, as seen from here: no clock is compared with another machine's. */
interface Start {
  readonly start: number;
  readonly at: number;
}

const timedOut = (key: string, ms: number): QueueError =>
  new QueueError(
    'TIMED_OUT',
    `The evaluation of ${key} gave no result in ${ms} ms: raise timeoutMs, or let onFailure: 'discard' go on without it.`,
  );

/**
 * Hands jobs in and waits until all have finished. Events of Redis say when to look; a poll of every pending job, once in a
 * while, finds what was missed, and hands in again what a Redis that crashed has forgotten.
 *
 * @param signal ends the waiting, without a word
 * @returns results by the id of the job
 * @throws QueueError `JOB_FAILED`, `TIMED_OUT`, `STUDY_REFUSED`, `PROCESSOR_INVALID`, `REDIS_UNREACHABLE`, `REDIS_REFUSED`
 */
export const runBatch = async (
  store: JobStore,
  jobs: ReadonlyMap<string, JobData>,
  options: ResolvedOptions,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Result>> => {
  const { timeoutMs, onFailure, onResult } = options;
  const pollMs = Math.min(options.pollMs, Math.max(10, timeoutMs / 4));
  const results = new Map<string, Result>();
  const starts = new Map<string, Start>();
  const wakeSignal = createWakeSignal();
  const checkWorkers = createWorkerWatch(store, options.onNoWorker);
  const isPending = (id: string): boolean => jobs.has(id) && !results.has(id);

  const finish = (id: string, key: string, result: Result): void => {
    results.set(id, result);
    onResult?.(key, result);
  };

  const checkTime = (id: string, key: string, start: number): void => {
    const now = performance.now();
    const known = starts.get(id);
    if (known?.start !== start) starts.set(id, { start, at: now });
    else if (now - known.at > timeoutMs) {
      if (onFailure === 'throw') throw timedOut(key, timeoutMs);
      finish(id, key, { discarded: `no result in ${timeoutMs} ms` });
    }
  };

  const update = async (id: string, data: JobData, status: JobStatus): Promise<void> => {
    if (status.state === 'missing') await redisAnswer(store.submit(id, data), options);
    else if (status.state === 'active') checkTime(id, data.key, status.start);
    else if (status.state !== 'waiting') finish(id, data.key, outcomeOf(data.key, status, onFailure));
  };

  const removeListener = store.onFinished(wakeSignal.notify);
  signal.addEventListener('abort', () => wakeSignal.notify(''));
  try {
    await redisAnswer(Promise.all([...jobs].map(([id, data]) => store.submit(id, data))), options);
    for (let nextPoll = 0; results.size < jobs.size && !signal.aborted;) {
      const notified = nextPoll === 0 ? [] : await wakeSignal.wait(nextPoll - performance.now());
      const isPoll = performance.now() >= nextPoll;
      if (isPoll) nextPoll = performance.now() + pollMs;
      const ids = isPoll ? [...jobs.keys()].filter(isPending) : notified.filter(isPending);
      const statuses = await redisAnswer(Promise.all(ids.map(store.status)), options);
      for (const [i, status] of statuses.entries()) {
        const [id = '', data] = [ids[i], jobs.get(ids[i] ?? '')];
        if (data && !signal.aborted) await update(id, data, status);
      }
      if (isPoll) await checkWorkers(statuses);
    }
    return results;
  } finally {
    removeListener();
  }
};

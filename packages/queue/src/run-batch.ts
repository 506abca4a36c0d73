import type { Result } from '@length-adaptive/search';
import { createBell } from './bell.js';
import { QueueError } from './errors.js';
import type { JobData } from './job.js';
import type { JobDesk, JobView } from './job-desk.js';
import type { ResolvedOptions } from './options.js';
import { outcomeOf } from './outcome.js';
import { reach } from './reach.js';
import { createVigil } from './vigil.js';

/** When one try of a job began, as seen from here: no clock is compared with another machine's. */
interface Start {
  readonly start: number;
  readonly at: number;
}

const tooLate = (key: string, ms: number): QueueError =>
  new QueueError(
    'TIMED_OUT',
    `The evaluation of ${key} gave no result in ${ms} ms: raise timeoutMs, or let onFailure: 'discard' go on without it.`,
  );

/**
 * Hands jobs in and waits until all have finished. Notices of Redis say when to look; a look at every job that is out, once in a
 * while, finds what was missed, and hands in again what a Redis that crashed has forgotten.
 *
 * @param signal ends the waiting, without a word
 * @returns results by the id of the job
 * @throws QueueError `JOB_FAILED`, `TIMED_OUT`, `STUDY_REFUSED`, `PROCESSOR_INVALID`, `REDIS_UNREACHABLE`, `REDIS_REFUSED`
 */
export const runBatch = async (
  desk: JobDesk,
  jobs: ReadonlyMap<string, JobData>,
  options: ResolvedOptions,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Result>> => {
  const { timeoutMs, onFailure, onResult } = options;
  const pollMs = Math.min(options.pollMs, Math.max(10, timeoutMs / 4));
  const results = new Map<string, Result>();
  const starts = new Map<string, Start>();
  const bell = createBell();
  const vigil = createVigil(desk, options.onNoWorker);
  const isOut = (id: string): boolean => jobs.has(id) && !results.has(id);

  const finish = (id: string, key: string, result: Result): void => {
    results.set(id, result);
    onResult?.(key, result);
  };

  const time = (id: string, key: string, start: number): void => {
    const now = performance.now();
    const known = starts.get(id);
    if (known?.start !== start) starts.set(id, { start, at: now });
    else if (now - known.at > timeoutMs) {
      if (onFailure === 'throw') throw tooLate(key, timeoutMs);
      finish(id, key, { discarded: `no result in ${timeoutMs} ms` });
    }
  };

  const take = async (id: string, data: JobData, view: JobView): Promise<void> => {
    if (view.state === 'missing') await reach(desk.submit(id, data), options);
    else if (view.state === 'active') time(id, data.key, view.start);
    else if (view.state !== 'waiting') finish(id, data.key, outcomeOf(data.key, view, onFailure));
  };

  const unlisten = desk.onFinished(bell.ring);
  signal.addEventListener('abort', () => bell.ring(''));
  try {
    await reach(Promise.all([...jobs].map(([id, data]) => desk.submit(id, data))), options);
    for (let nextPoll = 0; results.size < jobs.size && !signal.aborted;) {
      const rung = nextPoll === 0 ? [] : await bell.answer(nextPoll - performance.now());
      const isPoll = performance.now() >= nextPoll;
      if (isPoll) nextPoll = performance.now() + pollMs;
      const ids = isPoll ? [...jobs.keys()].filter(isOut) : rung.filter(isOut);
      const views = await reach(Promise.all(ids.map(desk.look)), options);
      for (const [i, view] of views.entries()) {
        const [id = '', data] = [ids[i], jobs.get(ids[i] ?? '')];
        if (data && !signal.aborted) await take(id, data, view);
      }
      if (isPoll) await vigil(views);
    }
    return results;
  } finally {
    unlisten();
  }
};

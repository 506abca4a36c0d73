import { beforeDeadline } from './deadline.js';
import type { JobStatus, JobStore } from './job-store.js';

/** Milliseconds that jobs may wait before the number of workers is asked for; also the longest that the answer is waited for. */
const NO_WORKER_MS = 5_000;

/**
 * Watches whether anybody works on a queue.
 *
 * @param onNoWorker called once each time that jobs only wait and no worker is there
 * @returns a check, to be given the status of every unfinished job now and then
 */
export const createWorkerWatch = (
  store: Pick<JobStore, 'countWorkers'>,
  onNoWorker: (() => void) | undefined,
): ((statuses: readonly JobStatus[]) => Promise<void>) => {
  let idleSince = performance.now();
  let reported = false;
  return async (statuses) => {
    if (onNoWorker === undefined) return;
    if (statuses.some(({ state }) => state !== 'waiting' && state !== 'missing')) {
      idleSince = performance.now();
      reported = false;
    }
    if (reported || statuses.length === 0 || performance.now() - idleSince < NO_WORKER_MS) return;
    idleSince = performance.now();
    if ((await beforeDeadline(store.countWorkers(), NO_WORKER_MS)) !== 0) return;
    reported = true;
    onNoWorker();
  };
};

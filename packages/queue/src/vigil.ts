import type { JobDesk, JobView } from './job-desk.js';
import { within } from './within.js';

/** Milliseconds that jobs may wait before somebody asks where the workers are. */
const PATIENCE_MS = 5_000;

/** Watches whether anybody works: calls back, once, when jobs only wait and no worker is there. */
export const createVigil = (
  desk: Pick<JobDesk, 'workers'>,
  onNoWorker: (() => void) | undefined,
): ((views: readonly JobView[]) => Promise<void>) => {
  let quietSince = performance.now();
  let told = false;
  return async (views) => {
    if (onNoWorker === undefined) return;
    if (views.some(({ state }) => state !== 'waiting' && state !== 'missing')) {
      quietSince = performance.now();
      told = false;
    }
    if (told || views.length === 0 || performance.now() - quietSince < PATIENCE_MS) return;
    quietSince = performance.now();
    if ((await within(desk.workers(), PATIENCE_MS)) !== 0) return;
    told = true;
    onNoWorker();
  };
};

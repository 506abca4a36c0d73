import { SearchError } from '../errors.js';
import type { Result } from '../problem.js';
import { packError } from './protocol.js';
import { linkWorker, type WorkerLink } from './worker-link.js';
import type { WorkerLike } from './worker-like.js';

/** The workers of a pool. */
export interface PoolWorkers {
  /** Runs a task on a worker: an idle one, or else a new one. One that the task leaves dead or busy is terminated. */
  use(task: (link: WorkerLink) => Promise<Result>): Promise<Result>;
  /** Terminates all, and waits until they have ended. */
  terminate(): Promise<void>;
}

export const createPoolWorkers = (make: () => WorkerLike): PoolWorkers => {
  const idle: WorkerLink[] = [];
  const all = new Set<WorkerLink>();
  let terminated = false;

  const start = (): WorkerLink => {
    if (terminated) throw new Error('No worker is made any more.');
    try {
      return linkWorker(make());
    } catch (cause) {
      throw new SearchError(
        'WORKER_NOT_STARTED',
        `No worker could be made: ${packError(cause).message}. Mend the function \`worker\`.`,
        { cause },
      );
    }
  };

  const terminateOne = async (link: WorkerLink): Promise<void> => {
    await link.end();
    all.delete(link);
  };

  const acquire = (): WorkerLink => {
    for (let idleLink = idle.pop(); idleLink; idleLink = idle.pop()) {
      if (idleLink.free()) {
        idleLink.keepAlive(true);
        return idleLink;
      }
      void terminateOne(idleLink); // it died while idle
    }
    const link = start();
    all.add(link);
    return link;
  };

  const release = (link: WorkerLink): void => {
    if (!link.free()) return void terminateOne(link);
    link.keepAlive(false);
    idle.push(link);
  };

  return {
    use: async (task) => {
      const link = acquire();
      try {
        return await task(link);
      } finally {
        release(link);
      }
    },
    terminate: async () => {
      terminated = true;
      await Promise.all([...all].map(terminateOne));
    },
  };
};

import { SearchError } from '../errors.js';
import type { Result } from '../problem.js';
import { packError } from './protocol.js';
import { linkWorker, type WorkerLink } from './worker-link.js';
import type { WorkerLike } from './worker-like.js';

/** The workers of a pool. */
export interface Staff {
  /** A worker for the duration of `use`: an idle one, or else a new one. One that is left dead or at work is terminated. */
  lend(use: (link: WorkerLink) => Promise<Result>): Promise<Result>;
  /** Terminates all, and waits until they have ended. */
  dismiss(): Promise<void>;
}

export const createStaff = (make: () => WorkerLike): Staff => {
  const idle: WorkerLink[] = [];
  const all = new Set<WorkerLink>();
  let dismissed = false;

  const hire = (): WorkerLink => {
    if (dismissed) throw new Error('No worker is made any more.');
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

  const dismissOne = async (link: WorkerLink): Promise<void> => {
    await link.end();
    all.delete(link);
  };

  const take = (): WorkerLink => {
    for (let link = idle.pop(); link; link = idle.pop()) {
      if (link.free()) {
        link.keepAlive(true);
        return link;
      }
      void dismissOne(link); // it died in its sleep
    }
    const link = hire();
    all.add(link);
    return link;
  };

  const putBack = (link: WorkerLink): void => {
    if (!link.free()) return void dismissOne(link);
    link.keepAlive(false);
    idle.push(link);
  };

  return {
    lend: async (use) => {
      const link = take();
      try {
        return await use(link);
      } finally {
        putBack(link);
      }
    },
    dismiss: async () => {
      dismissed = true;
      await Promise.all([...all].map(dismissOne));
    },
  };
};

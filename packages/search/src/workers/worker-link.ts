import { SearchError } from '../errors.js';
import type { Result } from '../problem.js';
import { isNumbered, unpackError, type EvaluationReply, type WorkerContext } from './protocol.js';
import { keepAlive, listenTo, type WorkerLike } from './worker-like.js';

/** The connection to one worker, which evaluates one genome at a time. */
export interface WorkerLink {
  /** Rejects with SearchError `WORKER_NOT_STARTED`. */
  readonly started: Promise<unknown>;
  /** Rejects with what the evaluation threw, or SearchError `WORKER_DIED`. */
  ask(genome: unknown, context: WorkerContext): Promise<Result>;
  /** Alive, with nothing to do. */
  free(): boolean;
  /** Does it keep the process running? */
  keepAlive(keep: boolean): void;
  /** Terminates it. */
  end(): Promise<void>;
}

interface Awaited {
  readonly evaluation: number;
  resolve(reply: EvaluationReply): void;
  reject(error: unknown): void;
}

/** Connects to a worker that was just made. */
export const linkWorker = (worker: WorkerLike): WorkerLink => {
  let awaited: Awaited | undefined;
  let death: SearchError | undefined;
  let ready = false;
  let count = 0;
  let ended: Promise<void> | undefined;

  const reply = (evaluation: number): Promise<EvaluationReply> =>
    new Promise((resolve, reject) => {
      if (death) reject(death);
      else awaited = { evaluation, resolve, reject };
    });

  listenTo(worker, {
    message: (message) => {
      if (!awaited || !isNumbered(message) || message.evaluation !== awaited.evaluation) return;
      const { resolve } = awaited;
      awaited = undefined;
      ready = true;
      resolve(message);
    },
    death: (why, cause) => {
      const reason = why.trim().replace(/\.+$/, '');
      death ??= ready
        ? new SearchError('WORKER_DIED', `The worker died: ${reason}.`, { cause })
        : new SearchError(
            'WORKER_NOT_STARTED',
            `The worker died before it called serveEvaluations: ${reason}. Mend the file that \`worker\` starts.`,
            { cause },
          );
      awaited?.reject(death);
      awaited = undefined;
    },
  });

  const started = reply(0);
  started.catch(() => undefined); // whoever wants the worker hears of it

  return {
    started,
    ask: async (genome, context) => {
      count += 1;
      const answer = reply(count);
      try {
        worker.postMessage({ evaluation: count, genome, context });
      } catch (notPosted) {
        awaited = undefined; // a genome that cannot be posted is not the worker's fault
        throw notPosted;
      }
      const { result, error } = await answer;
      if (error) throw unpackError(error);
      return result as Result;
    },
    free: () => !awaited && !death,
    keepAlive: (keep) => keepAlive(worker, keep),
    end: () => (ended ??= Promise.resolve(worker.terminate()).then(() => undefined)),
  };
};

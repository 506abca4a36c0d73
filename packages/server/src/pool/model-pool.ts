import { Piscina } from 'piscina';
import type { ServerErrorOptions } from '../errors.js';
import { ServerError, messageOf } from '../errors.js';
import type { ModelFacts, ThreadData, ThreadResult, ThreadText } from './thread-messages.js';

/** The threads that run one model. */
export interface ModelPool {
  readonly facts: ModelFacts;
  readonly threads: number;
  /**
   * Computes a batch on a thread that is free; the caller hands in no more batches than there are threads.
   *
   * @throws ServerError `WORKER_CRASHED` when the thread died of it; another has taken its place
   */
  compute(texts: readonly ThreadText[]): Promise<ThreadResult>;
  close(): Promise<void>;
}

/** The module that threads load: beside the built package's files, or beside this one in the sources. */
const threadFile = import.meta.url.endsWith('.ts') ? './model-thread.ts' : './model-thread.js';

const crashed = (error: unknown): ServerError => {
  const options: ServerErrorOptions = { cause: error, retryAfterMs: 1000 };
  return new ServerError('WORKER_CRASHED', `The thread that ran the model ended before it answered (${messageOf(error)}); it was replaced. Try again.`, options);
};

/**
 * Starts the threads of a model and waits until all of them have opened it.
 *
 * @throws ServerError `REPOSITORY_INVALID` when the model cannot be opened
 */
export const openModelPool = async (data: ThreadData, threads: number): Promise<ModelPool> => {
  const pool = new Piscina<unknown, unknown>({
    filename: new URL(threadFile, import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    idleTimeout: Infinity,
    workerData: data,
  });
  pool.on('error', () => undefined); // a thread that ends without a batch: the pool has replaced it already
  try {
    const facts = (await Promise.all(Array.from({ length: threads }, () => pool.run(undefined, { name: 'describe' })))) as ModelFacts[];
    return {
      facts: facts[0] as ModelFacts,
      threads,
      compute: async (texts) => {
        try {
          return (await pool.run(texts, { name: 'compute' })) as ThreadResult;
        } catch (error) {
          throw crashed(error);
        }
      },
      close: () => pool.destroy(),
    };
  } catch (error) {
    await pool.destroy();
    throw new ServerError('REPOSITORY_INVALID', `The model ${data.source} cannot be opened: ${messageOf(error)}`, { cause: error });
  }
};

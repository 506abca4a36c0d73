import { Piscina } from 'piscina';
import { ServerError, messageOf } from '../errors.js';
import type { ModelFacts, NotOpened, ThreadData, ThreadResult, ThreadText } from './thread-messages.js';

/** The threads that run one model. */
export interface ModelPool {
  readonly facts: ModelFacts;
  readonly threads: number;
  /**
   * Computes a batch on a thread that is free; the caller hands in no more batches than there are threads.
   *
   * @throws ServerError `WORKER_CRASHED` when the thread died of it, and another takes its place; `MODEL_NOT_READY` when it could not open the model
   */
  compute(texts: readonly ThreadText[]): Promise<ThreadResult>;
  /** Is told whenever a thread has ended and another takes its place. */
  onReplaced(listener: () => void): void;
  close(): Promise<void>;
}

/** The module that threads load: beside the built package's files, or beside this one in the sources. */
const threadFile = import.meta.url.endsWith('.ts') ? './model-thread.ts' : './model-thread.js';

/** What a request is told whose thread ended; why stands in `cause`. */
export const crashOf = (error: unknown): ServerError =>
  new ServerError(
    'WORKER_CRASHED',
    'The thread that ran the model ended before it answered; it is replaced. Try again.',
    { cause: error, retryAfterMs: 1000 },
  );

const notReady = (reason: string): ServerError =>
  new ServerError('MODEL_NOT_READY', 'The model cannot be opened at the moment. Try again later.', {
    cause: new Error(reason),
    retryAfterMs: 1000,
  });

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
  let closing = false;
  pool.on('error', () => undefined); // a thread that ends without a batch: the pool has replaced it already
  try {
    const facts = (await Promise.all(
      Array.from({ length: threads }, () => pool.run(undefined, { name: 'describe' })),
    )) as ModelFacts[];
    return {
      facts: facts[0] as ModelFacts,
      threads,
      compute: async (texts) => {
        const result = (await pool.run(texts, { name: 'compute' }).catch((error: unknown) => {
          throw crashOf(error);
        })) as ThreadResult | NotOpened;
        if ('notOpened' in result) throw notReady(result.notOpened);
        return result;
      },
      onReplaced: (listener) => {
        pool.on('workerDestroy', () => {
          if (!closing) listener();
        });
      },
      close: () => {
        closing = true;
        return pool.destroy();
      },
    };
  } catch (error) {
    await pool.destroy();
    throw new ServerError('REPOSITORY_INVALID', `The model ${data.source} cannot be opened: ${messageOf(error)}`, {
      cause: error,
    });
  }
};

import { ServerError, messageOf } from '../errors.js';
import type { ModelThreadHost, ThreadEvent } from './model-thread-host.js';
import { startModelThread } from './model-thread-host.js';
import type { ModelFacts, ThreadData, ThreadResult, ThreadText } from './thread-messages.js';

/** The threads that run one model. */
export interface ModelPool {
  readonly facts: ModelFacts;
  readonly threads: number;
  /** Threads that have the model open now; the others are being started again, or cannot open it. */
  readonly openThreads: number;
  /**
   * Computes a batch on a thread that is free; the caller hands in no more batches than there are open threads.
   *
   * @throws ServerError `WORKER_CRASHED` when the thread died of it, and another takes its place; `MODEL_NOT_READY` when none has the model open
   */
  compute(texts: readonly ThreadText[]): Promise<ThreadResult>;
  /** Is told whatever happens to a thread. */
  onEvent(listener: (event: ThreadEvent) => void): void;
  close(): Promise<void>;
}

/** What a request is told whose thread ended; why stands in `cause`. */
export const crashOf = (error: unknown): ServerError =>
  new ServerError(
    'WORKER_CRASHED',
    'The thread that ran the model ended before it answered; it is replaced. Try again.',
    { cause: error, retryAfterMs: 1000 },
  );

/** What a request is told when no thread has the model open. */
export const notReady = (): ServerError =>
  new ServerError(
    'MODEL_NOT_READY',
    'The model cannot be run at the moment, and is being opened again. Try again later.',
    {
      retryAfterMs: 1000,
    },
  );

/**
 * Starts the threads of a model and waits until all of them have opened it. One that ends is started again, and tries to open the model until
 * it can.
 *
 * @throws ServerError `REPOSITORY_INVALID` when the model cannot be opened
 */
export const openModelPool = async (data: ThreadData, threads: number): Promise<ModelPool> => {
  const listeners: ((event: ThreadEvent) => void)[] = [];
  const tell = (event: ThreadEvent): void => listeners.forEach((listener) => listener(event));
  const hosts = Array.from({ length: threads }, () => startModelThread(data, tell));
  const closeAll = async (): Promise<void> => {
    await Promise.all(hosts.map((host) => host.close()));
  };
  const busy = new Set<ModelThreadHost>();
  try {
    const [facts] = await Promise.all(hosts.map((host) => host.facts));
    return {
      facts: facts as ModelFacts,
      threads,
      get openThreads() {
        return hosts.filter(({ isOpen }) => isOpen).length;
      },
      compute: async (texts) => {
        const host = hosts.find((one) => one.isOpen && !busy.has(one));
        if (!host) throw notReady();
        busy.add(host);
        try {
          return await host.compute(texts);
        } catch (error) {
          throw crashOf(error);
        } finally {
          busy.delete(host);
        }
      },
      onEvent: (listener) => void listeners.push(listener),
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw new ServerError('REPOSITORY_INVALID', `The model ${data.source} cannot be opened: ${messageOf(error)}`, {
      cause: error,
    });
  }
};

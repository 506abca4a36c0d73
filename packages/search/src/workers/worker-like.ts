/** The part of a `Worker` of `node:worker_threads` that a pool uses. */
export interface NodeWorkerLike {
  postMessage(message: unknown): void;
  terminate(): unknown;
  on(event: string, listener: (value: unknown) => void): unknown;
  ref(): void;
  unref(): void;
}

/** The part of a Web Worker that a pool uses; those of browsers, Deno and Bun fit. */
export interface WebWorkerLike {
  postMessage(message: unknown): void;
  terminate(): unknown;
  addEventListener(type: string, listener: (event: unknown) => void): void;
}

export type WorkerLike = NodeWorkerLike | WebWorkerLike;

/** What becomes of a worker. */
export interface WorkerEvents {
  message(data: unknown): void;
  /** It has ended, or is in no state to go on. */
  death(why: string, cause?: unknown): void;
}

const isNode = (worker: WorkerLike): worker is NodeWorkerLike => 'on' in worker && typeof worker.on === 'function';

const UNREADABLE = 'a message could not be read';

interface WebEvent {
  readonly data?: unknown;
  readonly message?: string;
  readonly error?: unknown;
  preventDefault?(): void;
}

/** Hears of everything that a worker of either kind says, and of its end. */
export const listenTo = (worker: WorkerLike, { message, death }: WorkerEvents): void => {
  if (isNode(worker)) {
    worker.on('message', message);
    worker.on('messageerror', (error) => death(UNREADABLE, error));
    worker.on('error', (error) => death(String((error as Partial<Error> | undefined)?.message ?? error), error));
    worker.on('exit', (code) => death(`it exited with code ${String(code)}`));
    return;
  }
  worker.addEventListener('message', (event) => message((event as WebEvent).data));
  worker.addEventListener('messageerror', () => death(UNREADABLE));
  worker.addEventListener('error', (event) => {
    const failure = event as WebEvent;
    failure.preventDefault?.(); // Deno ends the program over an error that nobody took
    death(failure.message || 'its script failed or could not be loaded', failure.error);
  });
};

/** Whether this worker keeps the process running; browsers have no such question. */
export const keepAlive = (worker: WorkerLike, keep: boolean): void => {
  if (!isNode(worker)) return;
  if (keep) worker.ref();
  else worker.unref();
};

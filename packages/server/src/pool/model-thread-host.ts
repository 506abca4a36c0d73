import { Piscina } from 'piscina';
import { messageOf } from '../errors.js';
import type { ModelFacts, ThreadData, ThreadResult, ThreadText } from './thread-messages.js';

/** What happened to a thread. */
export type ThreadEvent =
  /** It ended, whatever it was doing; another is being started. */
  | { readonly kind: 'ended'; readonly cause: unknown }
  /** It could not open the model, and tries again by itself. */
  | { readonly kind: 'not-opened'; readonly reason: string; readonly againInMs: number }
  /** It has the model open, after it had not. */
  | { readonly kind: 'opened' };

/** A thread that runs one model: it is watched, and started anew when it ends. */
export interface ModelThreadHost {
  /** Resolves once the thread has opened the model for the first time. */
  readonly facts: Promise<ModelFacts>;
  /** Whether it has the model open. */
  readonly isOpen: boolean;
  /** One batch at a time. */
  compute(texts: readonly ThreadText[]): Promise<ThreadResult>;
  close(): Promise<void>;
}

/** The module that threads load: beside the built package's files, or beside this one in the sources. */
const threadFile = import.meta.url.endsWith('.ts') ? './model-thread.ts' : './model-thread.js';

/**
 * MiB for what a thread's program makes and soon drops. Without a bound opening a model lets them grow to 32, which then stay; what it computes with
 * is not among them.
 */
const youngMiB = 4;

/** Milliseconds until a thread that could not open its model tries again: the first time, and at most. */
const firstRetryMs = 250;
const longestRetryMs = 8000;

/** @param onEvent is told what happens to the thread once it has opened the model for the first time */
export const startModelThread = (data: ThreadData, onEvent: (event: ThreadEvent) => void): ModelThreadHost => {
  const state = { isOpen: false, wasOpen: false, closing: false, retryMs: firstRetryMs };
  let timer: NodeJS.Timeout | undefined;

  const start = (): Piscina<unknown, unknown> => {
    const pool = new Piscina<unknown, unknown>({
      filename: new URL(threadFile, import.meta.url).href,
      minThreads: 1,
      maxThreads: 1,
      concurrentTasksPerWorker: 1,
      idleTimeout: Infinity,
      resourceLimits: { maxYoungGenerationSizeMb: youngMiB },
      workerData: data,
    });
    pool.on('error', () => undefined); // told as the end of the thread
    let cause: unknown;
    for (const worker of pool.threads) {
      // Before the pool's own listeners, which tell that it ended and not why.
      worker.prependOnceListener('error', (error: unknown) => (cause = error));
      worker.prependOnceListener('exit', (code) => (cause ??= new Error(`worker exited with code: ${code}`)));
    }
    pool.on('workerDestroy', () => {
      if (state.closing || pool !== current) return;
      void pool.destroy(); // or it would start a thread that nobody watches
      const { isOpen } = state;
      state.isOpen = false;
      current = start();
      if (!state.wasOpen) return;
      onEvent({ kind: 'ended', cause });
      if (isOpen) openAgain();
    });
    return pool;
  };

  /** Opens the model in a thread that has not, until that works. */
  const openAgain = (): void => {
    current.run(undefined, { name: 'open' }).then(
      () => {
        Object.assign(state, { isOpen: true, retryMs: firstRetryMs });
        onEvent({ kind: 'opened' });
      },
      (error: unknown) => {
        if (state.closing) return;
        const againInMs = state.retryMs;
        state.retryMs = Math.min(longestRetryMs, 2 * againInMs);
        timer = setTimeout(openAgain, againInMs);
        timer.unref();
        onEvent({ kind: 'not-opened', reason: messageOf(error), againInMs });
      },
    );
  };

  let current = start();
  const facts = (current.run(undefined, { name: 'describe' }) as Promise<ModelFacts>).then((own) => {
    Object.assign(state, { isOpen: true, wasOpen: true });
    return own;
  });
  return {
    facts,
    get isOpen() {
      return state.isOpen;
    },
    compute: (texts) => current.run(texts, { name: 'compute' }) as Promise<ThreadResult>,
    close: () => {
      Object.assign(state, { closing: true, isOpen: false });
      clearTimeout(timer);
      return current.destroy();
    },
  };
};

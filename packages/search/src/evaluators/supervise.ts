import { aborted } from '../abort.js';
import type { AbortSignalLike } from '../problem.js';
import { after, createAbortController, type PlatformAbortSignal } from './platform.js';

/** What may end work before it is done. */
export interface SuperviseOptions {
  readonly signal: AbortSignalLike | undefined;
  /** Milliseconds, Infinity for no limit, and the error that ends work which takes longer. */
  readonly deadline?: { readonly ms: number; readonly error: () => Error };
}

/** Work that is handed the signal that tells it to stop, and what makes that signal abort. */
export type Work<Value> = (signal: PlatformAbortSignal, abort: (reason: unknown) => void) => Value | PromiseLike<Value>;

/**
 * What `work` comes to, unless its time is up or the outer signal aborts first. Then, and when it fails, its own signal aborts, and
 * whatever it comes to later is ignored. No timer and no listener is left behind.
 *
 * @throws SearchError `ABORTED` when the outer signal aborts, also before the start; the deadline's error; and whatever `work` throws
 */
export const supervise = async <Value>(work: Work<Value>, { signal, deadline }: SuperviseOptions): Promise<Value> => {
  if (signal?.aborted) throw aborted(signal.reason);
  const controller = createAbortController();
  const cleanUps: (() => void)[] = [];
  const stopped = new Promise<never>((_, reject) => {
    if (signal) {
      const onAbort = (): void => reject(aborted(signal.reason));
      signal.addEventListener('abort', onAbort);
      cleanUps.push(() => signal.removeEventListener('abort', onAbort));
    }
    if (deadline && deadline.ms < Infinity) cleanUps.push(after(deadline.ms, () => reject(deadline.error())));
  });
  try {
    return await Promise.race([stopped, work(controller.signal, (reason) => controller.abort(reason))]);
  } catch (error) {
    controller.abort(signal?.aborted ? signal.reason : error);
    throw error;
  } finally {
    for (const cleanUp of cleanUps) cleanUp();
  }
};

/** Waits so many milliseconds, unless the signal aborts. */
export const pause = (ms: number, signal: AbortSignalLike): Promise<void> =>
  supervise(
    (own) =>
      new Promise<void>((resolve) => {
        const cancel = after(ms, resolve);
        own.addEventListener('abort', cancel);
      }),
    { signal },
  );

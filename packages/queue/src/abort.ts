import type { AbortSignalLike } from '@length-adaptive/search';

/** A signal that may abort work, and the error with which the work then rejects. */
export interface AbortCause {
  readonly signal: AbortSignalLike | undefined;
  /** @param reason of the signal */
  readonly error: (reason: unknown) => Error;
}

/**
 * What work comes to, unless one of the signals aborts first: then the signal that the work was given aborts too, and whatever it comes to
 * later is ignored.
 *
 * @throws the error of the cause that came first, and whatever the work throws
 */
export const unlessAborted = async <Value>(
  work: (signal: AbortSignal) => Promise<Value>,
  causes: readonly AbortCause[],
): Promise<Value> => {
  const own = new AbortController();
  const cleanUps: (() => void)[] = [];
  const aborted = new Promise<never>((_, reject) => {
    for (const { signal, error } of causes) {
      const onAbort = (): void => {
        own.abort();
        reject(error(signal?.reason));
      };
      if (signal?.aborted) onAbort();
      signal?.addEventListener('abort', onAbort);
      cleanUps.push(() => signal?.removeEventListener('abort', onAbort));
    }
  });
  try {
    return await Promise.race(own.signal.aborted ? [aborted] : [aborted, work(own.signal)]);
  } finally {
    for (const cleanUp of cleanUps) cleanUp();
  }
};

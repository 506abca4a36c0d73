import type { AbortSignalLike } from '@length-adaptive/search';

/** What may end work before it is done, and the error that it then ends with. */
export interface Ending {
  readonly signal: AbortSignalLike | undefined;
  readonly error: (reason: unknown) => Error;
}

/**
 * What work comes to, unless an ending comes first: then its own signal aborts, and whatever it comes to later is ignored.
 *
 * @throws the error of the ending, and whatever the work throws
 */
export const unlessEnded = async <Value>(
  work: (signal: AbortSignal) => Promise<Value>,
  endings: readonly Ending[],
): Promise<Value> => {
  const own = new AbortController();
  const releases: (() => void)[] = [];
  const ended = new Promise<never>((_, reject) => {
    for (const { signal, error } of endings) {
      const end = (): void => {
        own.abort();
        reject(error(signal?.reason));
      };
      if (signal?.aborted) end();
      signal?.addEventListener('abort', end);
      releases.push(() => signal?.removeEventListener('abort', end));
    }
  });
  try {
    return await Promise.race(own.signal.aborted ? [ended] : [ended, work(own.signal)]);
  } finally {
    for (const release of releases) release();
  }
};

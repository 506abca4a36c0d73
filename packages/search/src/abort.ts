import { SearchError } from './errors.js';
import type { AbortSignalLike } from './problem.js';

/** The error of a search that its caller gave up. */
export const aborted = (cause: unknown): SearchError =>
  new SearchError(
    'ABORTED',
    'The search was aborted; it stands at its last completed generation: checkpoint() saves it, run() goes on.',
    { cause },
  );

/** What `work` comes to, unless the signal aborts first: then whatever it comes to later is ignored. */
export const unlessAborted = async <Value>(
  work: () => Promise<Value>,
  signal: AbortSignalLike | undefined,
): Promise<Value> => {
  if (!signal) return work();
  if (signal.aborted) throw aborted(signal.reason);
  let onAbort = (): void => undefined;
  const givenUp = new Promise<never>((_, reject) => {
    onAbort = () => reject(aborted(signal.reason));
  });
  signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([givenUp, work()]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
};

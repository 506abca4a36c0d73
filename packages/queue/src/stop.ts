const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Calls back when a signal aborts, or without one at the first SIGTERM or SIGINT of this process.
 *
 * @returns what calls it off
 */
export const onStop = (signal: AbortSignal | undefined, stop: () => void): (() => void) => {
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  if (signal) return () => signal.removeEventListener('abort', stop);
  const release = (): void => {
    for (const name of SIGNALS) process.off(name, first);
  };
  const first = (): void => {
    release(); // the second one has its usual effect
    stop();
  };
  for (const name of SIGNALS) process.on(name, first);
  return release;
};

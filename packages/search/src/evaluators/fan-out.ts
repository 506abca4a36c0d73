import type { AbortSignalLike } from '../problem.js';

/** The same signal for any number of listeners: Node warns of a leak when one of its own has more than ten. */
export const fanOut = (signal: AbortSignalLike): AbortSignalLike => {
  const listeners = new Set<() => void>();
  signal.addEventListener('abort', () => {
    for (const listener of [...listeners]) listener();
  });
  return {
    get aborted() {
      return signal.aborted;
    },
    get reason() {
      return signal.reason;
    },
    addEventListener: (_, listener) => void listeners.add(listener),
    removeEventListener: (_, listener) => void listeners.delete(listener),
  };
};

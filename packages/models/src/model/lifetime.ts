import { ModelError } from '../errors.js';

/** How long something may be used that has to be freed. */
export interface Lifetime {
  /** @throws ModelError `DISPOSED` once it has ended */
  check(): void;
  /** Does work that needs it: what ends meanwhile is freed when the work is done. @throws ModelError as `check` */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Ends it, and frees at once when no work is under way. Whoever ends it again is given the same promise. */
  end(): Promise<void>;
}

/**
 * @param what how messages name it
 * @param free called once
 */
export const createLifetime = (what: string, free: () => void | Promise<void>): Lifetime => {
  let running = 0;
  let ended: Promise<void> | undefined;
  let onIdle = (): void => undefined;
  const check = (): void => {
    if (ended) throw new ModelError('DISPOSED', `${what} was disposed of; open another.`);
  };
  const freeWhenIdle = async (): Promise<void> => {
    if (running > 0) await new Promise<void>((resolve) => (onIdle = resolve));
    await free();
  };
  return {
    check,
    during: async (work) => {
      check();
      running += 1;
      try {
        return await work();
      } finally {
        running -= 1;
        if (running === 0) onIdle();
      }
    },
    end: () => (ended ??= freeWhenIdle()),
  };
};

/**
 * Makes something of what was opened for it, which nobody else could free where that fails.
 *
 * @throws what `make` throws, once that was disposed of
 */
export const orDispose = <Made>(opened: { dispose(): void }, make: () => Made): Made => {
  try {
    return make();
  } catch (error) {
    opened.dispose();
    throw error;
  }
};

/** Ends a lifetime where nobody waits for it: what goes wrong in freeing is nobody's to mend. */
export const endQuietly = (lifetime: Lifetime): void => void lifetime.end().catch(() => undefined);

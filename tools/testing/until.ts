import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until something holds, looking every few milliseconds.
 *
 * @param patienceMs how long: enough for a machine that is slow and busy, less than jest's limit, so that what is missing is told
 * @throws Error when it does not come to hold
 */
export const until = async (holds: () => boolean | Promise<boolean>, patienceMs = 120_000): Promise<void> => {
  const end = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${patienceMs} ms in vain until ${String(holds)}`);
    await sleep(5);
  }
};

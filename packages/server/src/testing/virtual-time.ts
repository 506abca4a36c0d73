/** Virtual milliseconds after which what a test awaits will never come. */
const limitMs = 600_000;

/**
 * A test whose time is virtual: `performance.now` and `setTimeout` stand still while anything is computed and jump from timer to timer
 * while the test awaits, so that it comes to the same on every machine, in next to no time. For code whose only way to wait is a timer.
 *
 * @throws Error when the test awaits what no timer brings
 * @example
 * test('an hour passes', inVirtualTime(async () => {
 *   await new Promise((resolve) => setTimeout(resolve, 3_600_000));
 * }));
 */
export const inVirtualTime = (test: () => Promise<void>) => async (): Promise<void> => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  try {
    let over = false;
    const outcome = test().finally(() => (over = true));
    outcome.catch(() => undefined); // told below
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve)); // everything that can go on without time has done so
      if (over) return await outcome;
      if (jest.getTimerCount() === 0 || performance.now() > limitMs)
        throw new Error(`after ${performance.now()} virtual ms the test awaits what no timer brings`);
      jest.advanceTimersToNextTimer();
    }
  } finally {
    jest.useRealTimers();
  }
};

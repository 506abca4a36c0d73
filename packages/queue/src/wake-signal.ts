/** Wakes one waiting loop, and keeps the notifications that come while it does not wait. */
export interface WakeSignal {
  /** Leaves the id of what there is to look at, and wakes whoever waits. */
  notify(id: string): void;
  /** The ids that came since the last call, as soon as there is one; empty when none comes in so many milliseconds. */
  wait(ms: number): Promise<readonly string[]>;
}

export const createWakeSignal = (): WakeSignal => {
  const pending = new Set<string>();
  let wake = (): void => undefined;
  return {
    notify: (id) => {
      pending.add(id);
      wake();
    },
    wait: async (ms) => {
      if (pending.size === 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      const ids = [...pending];
      pending.clear();
      return ids;
    },
  };
};

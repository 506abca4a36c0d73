/** Wakes who waits, and remembers who rang while nobody did. */
export interface Bell {
  ring(name: string): void;
  /** Those who rang since the last answer; empty when nobody did in so many milliseconds. */
  answer(ms: number): Promise<readonly string[]>;
}

export const createBell = (): Bell => {
  const rung = new Set<string>();
  let wake = (): void => undefined;
  return {
    ring: (name) => {
      rung.add(name);
      wake();
    },
    answer: async (ms) => {
      if (rung.size === 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      const names = [...rung];
      rung.clear();
      return names;
    },
  };
};

/** How much work comes in, measured in thread time for each configuration that load may hold requests to. */
export interface OfferedLoad {
  /**
   * Counts a request, refused ones too.
   *
   * @param work milliseconds that it takes under each ceiling
   */
  add(now: number, work: readonly number[]): void;
  /** Share of the threads' time that requests like the recent ones need under a ceiling; above 1 they cannot keep up. */
  utilization(now: number, ceiling: number): number;
}

/** Milliseconds after which a request counts a third of what it did. */
const fadeMs = 1000;

/** @param levels configurations of the Pareto set */
export const createOfferedLoad = (levels: number, threads: number): OfferedLoad => {
  const sums = new Array<number>(levels).fill(0);
  let at = 0;
  const fade = (now: number): number => Math.exp((at - now) / fadeMs);
  return {
    add: (now, work) => {
      const kept = fade(now);
      work.forEach((ms, ceiling) => (sums[ceiling] = (sums[ceiling] ?? 0) * kept + ms));
      at = now;
    },
    utilization: (now, ceiling) => ((sums[ceiling] ?? 0) * fade(now)) / fadeMs / threads,
  };
};

/** The middle of some numbers. */
const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
};

/** How long something took, in ms. */
export interface Timing {
  readonly median: number;
  readonly fastest: number;
  readonly slowest: number;
  readonly runs: number;
}

export interface TakeTurnsOptions {
  readonly rounds: number;
  readonly signal?: AbortSignal;
  /** Called after each round, with what is known by then. */
  readonly onRound?: (timings: readonly Timing[], round: number) => void;
}

const timingOf = (times: readonly number[]): Timing => ({ median: median(times), fastest: Math.min(...times), slowest: Math.max(...times), runs: times.length });

/** Runs things in turn, each once a round, after one round that does not count: what slows the machine down for a while slows all of them. */
export const takeTurns = async (runs: readonly (() => Promise<unknown>)[], { rounds, signal, onRound }: TakeTurnsOptions): Promise<Timing[]> => {
  const times = runs.map((): number[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [i, run] of runs.entries()) {
      signal?.throwIfAborted();
      const start = performance.now();
      await run();
      if (round > 0) times[i]?.push(performance.now() - start);
    }
    if (round > 0) onRound?.(times.map(timingOf), round);
  }
  return times.map(timingOf);
};

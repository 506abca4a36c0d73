/** The `q`-quantile of some numbers, with linear interpolation between the two nearest; NaN of none. */
const quantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const [low = NaN, high = NaN] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
};

/** How long something took, in ms. */
export interface Timing {
  readonly median: number;
  readonly fastest: number;
  readonly slowest: number;
  readonly runs: number;
  /** Of each round, in their order. */
  readonly times: readonly number[];
}

export interface TakeTurnsOptions {
  readonly rounds: number;
  readonly signal?: AbortSignal;
  /** Called after each round, with what is known by then. */
  readonly onRound?: (timings: readonly Timing[], round: number) => void;
}

const timingOf = (times: readonly number[]): Timing => ({ median: quantile(times, 0.5), fastest: Math.min(...times), slowest: Math.max(...times), runs: times.length, times: [...times] });

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

/** How many times faster one thing is than another, with the middle half of the rounds. */
export interface Gain {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  /** Whether the rounds differ too much for the median to say anything. */
  readonly noisy: boolean;
}

/** Width of the middle half, as a share of the median, above which a gain is called noisy. */
const noisyWidth = 0.25;

/** The gain of one thing over another that ran in the same rounds: what slowed a whole round down cancels out. */
export const gainOf = (own: Timing, other: Timing): Gain => {
  const ratios = own.times.map((time, round) => (other.times[round] ?? NaN) / time);
  const [low, median, high] = [0.25, 0.5, 0.75].map((q) => quantile(ratios, q)) as [number, number, number];
  return { median, low, high, noisy: high - low > noisyWidth * median };
};

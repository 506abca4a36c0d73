import { quantile } from '@length-adaptive/models';
import { CliError } from '../context/errors.js';

/** How long one contender took. */
export interface Timing {
  /** Median milliseconds of a run. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly rounds: number;
}

export interface MeasureOptions {
  /** Rounds begin until this much time is used, warm-up aside. */
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
  /** Rounds that are measured however long they take. Default 5. */
  readonly leastRounds?: number;
  /**
   * Milliseconds of rest before each run: threads that spin for more work after one contender are asleep before the
   * next, and signals are heard. Default 2.
   */
  readonly rest?: number;
  /** Told how much is done, 0 to 1, after every run. */
  readonly onRun?: ((share: number) => void) | undefined;
  /** Milliseconds now. Default `performance.now`. */
  readonly now?: (() => number) | undefined;
}

/** @throws CliError `ABORTED` */
export const checkSignal = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted)
    throw new CliError('ABORTED', 'The benchmark was stopped before it was done; there is no result.');
};

/**
 * Times contenders in turn (A B C A B C ...) after a warm-up round, so that a disturbance of the machine falls on all.
 *
 * @returns a timing for each contender, in their order
 * @throws CliError `ABORTED`
 */
export const measureInTurn = async (
  contenders: readonly (() => Promise<unknown>)[],
  { seconds, signal, leastRounds = 5, rest = 2, onRun, now = () => performance.now() }: MeasureOptions,
): Promise<Timing[]> => {
  const times = contenders.map((): number[] => []);
  let begin = 0;
  const shareDone = (rounds: number): number =>
    Math.min(1, rounds / leastRounds, seconds > 0 ? (now() - begin) / (1000 * seconds) : 1);
  for (let round = -1; round < leastRounds || now() - begin < 1000 * seconds; round++) {
    if (round === 0) begin = now();
    for (const [index, run] of contenders.entries()) {
      await new Promise((resolve) => setTimeout(resolve, rest));
      checkSignal(signal);
      const start = now();
      await run();
      const end = now();
      if (round < 0) continue;
      times[index]?.push(end - start);
      onRun?.(shareDone(round + (index + 1) / contenders.length));
    }
  }
  return times.map((values) => ({
    p50Ms: quantile(values, 0.5),
    p95Ms: quantile(values, 0.95),
    rounds: values.length,
  }));
};

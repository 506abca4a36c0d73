import type { EncoderInput, OperatingPoint } from '@length-adaptive/core';
import { fullLength } from '@length-adaptive/core/lengths';
import { predictLogits } from '../model/predict-logits.js';
import { quantile } from './quantile.js';
import type { RunnableModel } from '../model/runnable-model.js';

/** Wall-clock time of an operating point against the full length, measured side by side. */
export interface SpeedMeasurement {
  readonly point: OperatingPoint;
  /** Median milliseconds an input. */
  readonly milliseconds: number;
  /** Time of the full length divided by the time of this point. */
  readonly speedup: number;
}

export interface MeasureSpeedOptions {
  /** Rounds after the warm-up. Default 5. */
  readonly repeats?: number;
  /** Tokens a batch may hold; 1 runs one input at a time. Default 1. */
  readonly maxBatchTokens?: number;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds now. Default `performance.now`; `processorTime` on a busy machine, where passes run on one thread. */
  readonly now?: (() => number) | undefined;
}

/**
 * Measures operating points against the full length on real inputs, without padding.
 *
 * All take turns within each round, so that a disturbance of the machine falls on all of them; each is judged by the
 * median of its rounds. The first result is the full length.
 */
export const measureSpeed = async (
  model: RunnableModel,
  inputs: readonly EncoderInput[],
  points: readonly OperatingPoint[],
  { repeats = 5, maxBatchTokens = 1, signal, now = () => performance.now() }: MeasureSpeedOptions = {},
): Promise<SpeedMeasurement[]> => {
  const all: readonly OperatingPoint[] = [{ lengths: fullLength(model.dimensions.layers) }, ...points];
  const rounds = all.map((): number[] => []);
  for (let round = -1; round < repeats; round++) {
    for (const [index, point] of all.entries()) {
      const start = now();
      await predictLogits(model, inputs, { point, maxBatchTokens, signal });
      if (round >= 0) rounds[index]?.push((now() - start) / inputs.length);
    }
  }
  const medians = rounds.map((times) => quantile(times, 0.5));
  return all.map((point, index) => ({
    point,
    milliseconds: medians[index] ?? 0,
    speedup: (medians[0] ?? 0) / (medians[index] ?? 0),
  }));
};

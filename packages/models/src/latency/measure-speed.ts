import type { EncoderInput, LengthConfig } from '@length-adaptive/core';
import { fullLength } from '@length-adaptive/core/lengths';
import { predictLogits } from '../model/predict-logits.js';
import { quantile } from './quantile.js';
import type { RunnableModel } from '../model/runnable-model.js';

/** Wall-clock time of a configuration against the full length, measured side by side. */
export interface SpeedMeasurement {
  readonly lengthConfig: LengthConfig;
  /** Median milliseconds an input. */
  readonly milliseconds: number;
  /** Time of the full length divided by the time of this configuration. */
  readonly speedup: number;
}

export interface MeasureSpeedOptions {
  /** Rounds after the warm-up. Default 5. */
  readonly repeats?: number;
  /** Tokens a batch may hold; 1 runs one input at a time. Default 1. */
  readonly maxBatchTokens?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Measures configurations against the full length on real inputs, without padding.
 *
 * All take turns within each round, so that a disturbance of the machine falls on all of them; each is judged by the
 * median of its rounds. The first result is the full length.
 */
export const measureSpeed = async (
  model: RunnableModel,
  inputs: readonly EncoderInput[],
  configs: readonly LengthConfig[],
  { repeats = 5, maxBatchTokens = 1, signal }: MeasureSpeedOptions = {},
): Promise<SpeedMeasurement[]> => {
  const all = [fullLength(model.dimensions.layers), ...configs];
  const rounds = all.map((): number[] => []);
  for (let round = -1; round < repeats; round++) {
    for (const [index, config] of all.entries()) {
      const start = performance.now();
      await predictLogits(model, inputs, { config, maxBatchTokens, signal });
      if (round >= 0) rounds[index]?.push((performance.now() - start) / inputs.length);
    }
  }
  const medians = rounds.map((times) => quantile(times, 0.5));
  return all.map((lengthConfig, index) => ({
    lengthConfig,
    milliseconds: medians[index] ?? 0,
    speedup: (medians[0] ?? 0) / (medians[index] ?? 0),
  }));
};

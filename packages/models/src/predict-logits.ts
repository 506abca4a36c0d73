import type { EncoderInput, LengthConfig } from '@length-adaptive/core';
import { tokenBatches } from './batching.js';
import { ModelError } from './errors.js';
import type { RunnableModel } from './runnable-model.js';

export interface PredictLogitsOptions {
  /** Length configuration. Default: full length. */
  readonly config?: LengthConfig | undefined;
  /** Tokens a batch may hold, padding included. Default: what suits the model's engine. */
  readonly maxBatchTokens?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Longest time that timers and signals wait for, in milliseconds. */
const longestHold = 20;

/**
 * Logits of many inputs, in their order: [inputs][outputs], or [inputs][tokens * outputs] for a task that reads every token.
 *
 * @throws ModelError `ABORTED`
 */
export const predictLogits = async (
  model: RunnableModel,
  inputs: readonly EncoderInput[],
  { config, maxBatchTokens = model.batchTokens, signal }: PredictLogitsOptions = {},
): Promise<Float32Array[]> => {
  const { outputs, reads } = model.task;
  const results = new Array<Float32Array>(inputs.length);
  let released = performance.now();
  for (const rows of tokenBatches(inputs, maxBatchTokens)) {
    if (performance.now() - released > longestHold) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      released = performance.now();
    }
    if (signal?.aborted) throw new ModelError('ABORTED', 'Prediction was stopped by its signal.');
    const batch = rows.map((row) => inputs[row] as EncoderInput);
    const logits = await model.run(batch, { config });
    const stride = logits.length / rows.length;
    rows.forEach((row, i) => {
      const own = reads === 'first' ? outputs : (batch[i]?.ids.length ?? 0) * outputs;
      results[row] = logits.slice(i * stride, i * stride + own);
    });
  }
  return results;
};

import type { EncoderInput, LengthConfig } from '@length-adaptive/core';
import { tokenBatches } from './token-batches.js';
import { ModelError } from '../errors.js';
import { logitCount } from '../tasks/readout.js';
import type { RunnableModel } from './runnable-model.js';

export interface PredictLogitsOptions {
  /** Length configuration, of all inputs or of each. Default: full length. */
  readonly config?: LengthConfig | undefined;
  readonly configs?: readonly LengthConfig[] | undefined;
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
  { config, configs, maxBatchTokens = model.batchTokens, signal }: PredictLogitsOptions = {},
): Promise<Float32Array[]> => {
  if (configs) return predictMixed(model, inputs, configs, { maxBatchTokens, signal });
  return predictBatches(model, inputs, (batch) => model.run(batch, { config }), { maxBatchTokens, signal });
};

type BatchOptions = Pick<PredictLogitsOptions, 'signal'> & { readonly maxBatchTokens: number };

/** Inputs that have configurations of their own: in one batch where the engine can, else those of a configuration together. */
const predictMixed = async (
  model: RunnableModel,
  inputs: readonly EncoderInput[],
  configs: readonly LengthConfig[],
  options: BatchOptions,
): Promise<Float32Array[]> => {
  const rowsOf = new Map<string, number[]>();
  configs.forEach((config, row) => {
    const key = config.join(' ');
    rowsOf.set(key, [...(rowsOf.get(key) ?? []), row]);
  });
  const { runRows } = model;
  if (runRows && rowsOf.size > 1) {
    return predictBatches(
      model,
      inputs,
      (batch, rows) =>
        runRows(
          batch,
          rows.map((row) => configs[row] as LengthConfig),
        ),
      options,
    );
  }
  const results = new Array<Float32Array>(inputs.length);
  for (const rows of rowsOf.values()) {
    const config = configs[rows[0] as number];
    const logits = await predictBatches(
      model,
      rows.map((row) => inputs[row] as EncoderInput),
      (batch) => model.run(batch, { config }),
      options,
    );
    rows.forEach((row, i) => (results[row] = logits[i] as Float32Array));
  }
  return results;
};

const predictBatches = async (
  model: RunnableModel,
  inputs: readonly EncoderInput[],
  run: (batch: readonly EncoderInput[], rows: readonly number[]) => Promise<Float32Array>,
  { maxBatchTokens, signal }: BatchOptions,
): Promise<Float32Array[]> => {
  const { readout } = model.task;
  const results = new Array<Float32Array>(inputs.length);
  let released = performance.now();
  for (const rows of tokenBatches(inputs, maxBatchTokens)) {
    if (performance.now() - released > longestHold) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      released = performance.now();
    }
    if (signal?.aborted) throw new ModelError('ABORTED', 'Prediction was stopped by its signal.');
    const batch = rows.map((row) => inputs[row] as EncoderInput);
    const logits = await run(batch, rows);
    const stride = logits.length / rows.length;
    rows.forEach((row, i) => {
      results[row] = logits.slice(i * stride, i * stride + logitCount(readout, batch[i]?.ids.length ?? 0));
    });
  }
  return results;
};

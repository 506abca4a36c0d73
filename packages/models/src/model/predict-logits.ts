import type { EncoderInput, OperatingPoint } from '@length-adaptive/core';
import { pointKey } from '@length-adaptive/core/lengths';
import { tokenBatches } from './token-batches.js';
import { ModelError } from '../errors.js';
import { rowsBy } from '../metrics/rows-by.js';
import { logitCount } from '../tasks/readout.js';
import type { RunnableModel } from './runnable-model.js';

export interface PredictLogitsOptions {
  /** Operating point, of all inputs or of each. Default: the one that the model has built in, else the full model. */
  readonly point?: OperatingPoint | undefined;
  readonly points?: readonly OperatingPoint[] | undefined;
  /** Tokens a batch may hold, padding included. Default: what suits the model's engine. */
  readonly maxBatchTokens?: number;
  readonly signal?: AbortSignal | undefined;
  /** Called after every batch: how many inputs have their logits, of how many. */
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
  /** Whether an input may have logits that are no finite numbers; the caller looks, then. Default false. */
  readonly unchecked?: boolean;
}

/**
 * Refuses logits that are no finite numbers.
 *
 * @throws ModelError `NOT_FINITE`
 */
export const checkFinite = (logits: ArrayLike<number>, what: string): void => {
  for (let i = 0; i < logits.length; i++)
    if (!Number.isFinite(logits[i]))
      throw new ModelError(
        'NOT_FINITE',
        `The model gives ${logits[i]} for ${what}; expected numbers. Its weights hold numbers that are none, or states grow beyond what their precision holds: take an earlier state of its training, or a file of another precision (fp32).`,
      );
};

/** Longest time that timers and signals wait for, in milliseconds. */
const longestHold = 20;

/**
 * Logits of many inputs, in their order: [inputs][outputs], or [inputs][tokens * outputs] for a task that reads every token.
 *
 * @throws ModelError `ABORTED`, `NOT_FINITE`
 */
export const predictLogits = async (
  model: RunnableModel,
  inputs: readonly EncoderInput[],
  {
    point,
    points,
    maxBatchTokens = model.batchTokens,
    signal,
    onProgress,
    unchecked = false,
  }: PredictLogitsOptions = {},
): Promise<Float32Array[]> => {
  let done = 0;
  const onBatch = (rows: number): void => onProgress?.((done += rows), inputs.length);
  const options = { maxBatchTokens, signal, onBatch };
  const logits = points
    ? await predictMixed(model, inputs, points, options)
    : await predictBatches(model, inputs, (batch) => model.run(batch, { point }), options);
  if (!unchecked) logits.forEach((own, row) => checkFinite(own, `input ${row}`));
  return logits;
};

interface BatchOptions extends Pick<PredictLogitsOptions, 'signal'> {
  readonly maxBatchTokens: number;
  readonly onBatch: (rows: number) => void;
}

/** Inputs that have points of their own: in one batch where the engine can, else those of a point together. */
const predictMixed = async (
  model: RunnableModel,
  inputs: readonly EncoderInput[],
  points: readonly OperatingPoint[],
  options: BatchOptions,
): Promise<Float32Array[]> => {
  const rowsOf = rowsBy(points.map(pointKey));
  const { runRows } = model;
  if (runRows && rowsOf.size > 1) {
    return predictBatches(
      model,
      inputs,
      (batch, rows) =>
        runRows(
          batch,
          rows.map((row) => points[row] as OperatingPoint),
        ),
      options,
    );
  }
  const results = new Array<Float32Array>(inputs.length);
  for (const rows of rowsOf.values()) {
    const point = points[rows[0] as number];
    const logits = await predictBatches(
      model,
      rows.map((row) => inputs[row] as EncoderInput),
      (batch) => model.run(batch, { point }),
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
  { maxBatchTokens, signal, onBatch }: BatchOptions,
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
    onBatch(rows.length);
  }
  return results;
};

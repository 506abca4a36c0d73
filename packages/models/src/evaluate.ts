import type { EncoderInput, LengthConfig } from '@length-adaptive/core';
import type { LabelledInput } from './batching.js';
import { tokenBatches } from './batching.js';
import { ModelError } from './errors.js';
import type { MetricName } from './metrics/metric.js';
import { metricByName } from './metrics/metric.js';
import type { SequenceModel } from './sequence-model.js';
import type { SequenceTask } from './tasks/task.js';

export interface PredictLogitsOptions {
  /** Length configuration. Default: full length. */
  readonly config?: LengthConfig | undefined;
  /** Tokens a batch may hold, padding included. Default 1024. */
  readonly maxBatchTokens?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Lets timers and signals run between two batches. */
const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/**
 * Logits of many inputs, in their order: [inputs][outputs].
 *
 * @throws ModelError `ABORTED`
 */
export const predictLogits = async (
  model: SequenceModel,
  inputs: readonly EncoderInput[],
  { config, maxBatchTokens = 1024, signal }: PredictLogitsOptions = {},
): Promise<Float32Array[]> => {
  const { outputs } = model.task;
  const results = new Array<Float32Array>(inputs.length);
  for (const rows of tokenBatches(inputs, maxBatchTokens)) {
    if (signal?.aborted) throw new ModelError('ABORTED', 'Prediction was stopped by its signal.');
    const logits = model.logits(rows.map((row) => inputs[row] as EncoderInput), { config });
    const values = (await logits.data()) as Float32Array;
    logits.dispose();
    rows.forEach((row, i) => {
      results[row] = values.slice(i * outputs, (i + 1) * outputs);
    });
    await breathe();
  }
  return results;
};

export interface EvaluateOptions extends PredictLogitsOptions {
  /** Name of the metric. Default: the task's own. */
  readonly metric?: ScoreName | undefined;
}

/**
 * What a model can be scored by: a metric of its predictions, or `probability`, the mean probability it gives to the right
 * label. The latter sees every change of confidence, which makes it the better guide of a search on a few hundred examples.
 */
export type ScoreName = MetricName | 'probability';

/** The score of a model on labelled inputs at a length configuration; higher is better. */
export const evaluate = async (
  model: SequenceModel,
  examples: readonly LabelledInput[],
  { metric = model.task.defaultMetric, ...options }: EvaluateOptions = {},
): Promise<number> => {
  const logits = await predictLogits(model, examples.map(({ input }) => input), options);
  if (metric === 'probability') return meanProbability(model.task, logits, examples);
  const predictions = logits.map((row) => model.task.prediction(row));
  return metricByName(metric)(predictions, examples.map(({ target }) => target));
};

const meanProbability = (task: SequenceTask, logits: readonly Float32Array[], examples: readonly LabelledInput[]): number => {
  const { probability } = task;
  if (!probability) throw new ModelError('OPTION_INVALID', `The score "probability" needs a classification model; this one does ${task.name}.`);
  return examples.reduce((sum, { target }, i) => sum + probability(logits[i] ?? [], target), 0) / examples.length;
};

import type { LengthConfig, StepReport } from '@length-adaptive/core';
import { configFromRetention, retentionRegularizer, tensorEngine, train } from '@length-adaptive/core';
import * as tf from '@tensorflow/tfjs';
import type { Rank } from '@tensorflow/tfjs';
import { trainingBatches } from './training-batches.js';
import { ModelError } from '../errors.js';
import { dropoutOf, trainable } from './fine-tune.js';
import type { LabelledInput } from '../tasks/labelled-input.js';
import type { TaskModel } from '../model/task-model.js';

export interface RetentionSearchOptions {
  /** λ, the price of a retained token: the larger, the fewer are kept. Published values are 1e-4 to 7e-3, by task. */
  readonly lambda: number;
  /** Ranks that have a retention of their own in every layer. Default: the mean number of tokens of the examples. */
  readonly bins?: number;
  /** Default 3. */
  readonly epochs?: number;
  /** Default 32. */
  readonly batchSize?: number;
  /** Peak learning rate of the model's weights. Default 5e-5. */
  readonly learningRate?: number;
  /**
   * Peak learning rate of the retention. Default 3e-3, and `3 / steps` where there are fewer than a thousand steps: a rate that
   * decays to zero lets a retention fall by about half of it times the steps, which should be more than 1.
   */
  readonly retentionLearningRate?: number;
  /** Share of all steps that warm up. Default 0.1. */
  readonly warmupRatio?: number;
  /** Scales the dropout probabilities of config.json. Default 1. */
  readonly dropout?: number;
  /** Default 42. */
  readonly seed?: number;
  /** Leave the model with the weights that the retention was learned with, to retrain from. Default false: it gets its own back. */
  readonly keepWeights?: boolean;
  /** Losses include the price of the retained tokens; the learning rate is the retention's. */
  readonly onStep?: ((report: StepReport) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RetentionSearchResult {
  /** [layers][bins], in [0, 1]: what each layer multiplies its tokens by, the most significant ones first. */
  readonly retention: readonly (readonly number[])[];
  /** The length configuration that the retention stands for. */
  readonly lengthConfig: LengthConfig;
  /** Loss of every step, the price of the retained tokens included. */
  readonly losses: readonly number[];
}

const retentionName = 'soft_extract.retention';

const meanTokens = (examples: readonly LabelledInput[]): number =>
  Math.max(1, Math.round(examples.reduce((sum, { input }) => sum + input.ids.length, 0) / examples.length));

const checkOptions = (
  options: Readonly<Record<string, number>>,
  valid: (value: number) => boolean,
  expected: string,
): void => {
  for (const [name, value] of Object.entries(options)) {
    if (!valid(value)) throw new ModelError('OPTION_INVALID', `${name} is ${value}; expected ${expected}.`);
  }
};

/**
 * Learns a length configuration by gradient descent, as PoWER-BERT does (Goyal et al. 2020, section 3.3): every layer multiplies
 * its tokens by a retention of their rank, which is trained together with the model on the task loss plus
 * `lambda * sum_j j * sum_k r_j[k]`. It starts at 1 and is held in [0, 1].
 *
 * One λ gives one configuration. Let it compete with others in `searchLengths`, or retrain the model for it with `fineTune`. Runs on
 * TensorFlow.js.
 *
 * @throws ModelError `DATA_INVALID` without examples, `OPTION_INVALID`; CoreError `ABORTED`, `DIVERGED`; the model then has its own
 * weights, unless `keepWeights`
 * @example
 * const { lengthConfig } = await searchRetention(model, examples, { lambda: 1e-3, keepWeights: true });
 * await fineTune(model, { train: examples }, { lengthConfig });
 */
export const searchRetention = async (
  model: TaskModel,
  examples: readonly LabelledInput[],
  {
    lambda,
    bins = meanTokens(examples),
    epochs = 3,
    batchSize = 32,
    learningRate = 5e-5,
    retentionLearningRate = Math.max(3e-3, 3 / (epochs * Math.ceil(examples.length / batchSize))),
    warmupRatio = 0.1,
    dropout = 1,
    seed = 42,
    keepWeights = false,
    onStep,
    signal,
  }: RetentionSearchOptions,
): Promise<RetentionSearchResult> => {
  if (examples.length === 0)
    throw new ModelError('DATA_INVALID', 'There are no examples to learn a retention on; expected at least one.');
  checkOptions({ lambda, learningRate }, (value) => value >= 0 && Number.isFinite(value), 'a number from 0');
  checkOptions({ retentionLearningRate }, (value) => value > 0 && Number.isFinite(value), 'a number above 0');
  checkOptions({ bins, epochs, batchSize }, (value) => Number.isInteger(value) && value >= 1, 'a whole number from 1');

  const { layers } = model.dimensions;
  const retention = tf.tidy(() => tf.variable(tf.ones<Rank.R2>([layers, bins])));
  const plain = trainable(model);
  const own = tensorEngine(plain);
  const before = await own.readWeights();
  const engine = tensorEngine<readonly LabelledInput[]>({
    ...plain,
    variables: new Map([...plain.variables, [retentionName, retention]]),
    logits: (batch, pass) =>
      model.logits(
        batch.map(({ input }) => input),
        { ...pass, softExtract: { retention } },
      ),
    taskLoss: (logits, batch) => tf.add(plain.taskLoss(logits, batch), tf.mul(retentionRegularizer(retention), lambda)),
  });
  try {
    const { losses } = await train(engine, (epoch) => trainingBatches(examples, batchSize, seed, epoch), {
      epochs,
      learningRate: retentionLearningRate,
      adamW: { rateFactor: (name) => (name === retentionName ? 1 : learningRate / retentionLearningRate) },
      constrain: (weights) => {
        weights.get(retentionName)?.forEach((value, i, values) => (values[i] = Math.min(1, Math.max(0, value))));
      },
      warmupRatio,
      dropout: dropoutOf(model, dropout),
      seed,
      signal,
      ...(onStep && { onStep }),
    });
    const learned = await retention.array();
    return { retention: learned, lengthConfig: configFromRetention(learned), losses };
  } finally {
    if (!keepWeights) own.writeWeights(before);
    retention.dispose();
  }
};

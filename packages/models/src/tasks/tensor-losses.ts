/** The losses of a task on TensorFlow.js. */
import type { KlOptions } from '@length-adaptive/core';
import { extentOf, paddingScore, slotValues, tensorLossOps } from '@length-adaptive/core';
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import type { LabelledInput } from './labelled-input.js';
import type { Task } from './task.js';
import type { TargetValues } from './task-loss.js';
import type { Teaching } from './matters-targets.js';
import { mattersTargets, predictorLoss } from './matters-targets.js';
import { answerStrength, rankedArrays, saliencyLoss } from './saliency.js';
import { skimLoss, tokenPrices } from './skim-loss.js';
import { widthOf } from './target-arrays.js';
import { labelLoss, teacherLoss } from './task-losses.js';

/** Where probabilities run over the tokens: [B, 1, T] */
const tokenBias = (batch: readonly LabelledInput[]): Tensor => {
  const extent = extentOf(batch.map(({ input }) => input));
  return tf.tensor3d(slotValues(extent, { real: 0, padding: paddingScore }), [extent.rows, 1, extent.width]);
};

const targetTensors = (task: Task, batch: readonly LabelledInput[]): TargetValues<Tensor> => {
  const { labels, labelShape, weights, weightShape } = task.targets(batch);
  return {
    labels: tf.tensor(labels, [...labelShape]),
    weights: tf.tensor(weights, [...weightShape]),
    tokenBias: task.distribution === 'tokens' ? tokenBias(batch) : undefined,
  };
};

/** `labelLoss` of a batch on TensorFlow.js. */
export const taskLoss = (task: Task, logits: Tensor, batch: readonly LabelledInput[]): Scalar =>
  tf.tidy(() => labelLoss(tensorLossOps, task, logits, targetTensors(task, batch)) as Scalar);

/** `teacherLoss` of a batch on TensorFlow.js. */
export const distillationLoss = (
  task: Task,
  teacher: Tensor,
  student: Tensor,
  batch: readonly LabelledInput[],
  options: KlOptions = {},
): Scalar =>
  tf.tidy(() => teacherLoss(tensorLossOps, task, { teacher, student }, targetTensors(task, batch), options) as Scalar);

/** What a reducer learns from a batch on TensorFlow.js; undefined where it predicted nothing. */
export const predictedLoss = (
  teaching: Teaching,
  predictions: readonly Tensor[],
  batch: readonly LabelledInput[],
): Scalar | undefined => {
  const targets = tf.tensor3d(mattersTargets(batch, teaching), [batch.length, widthOf(batch), 2]);
  return predictorLoss(tensorLossOps, predictions, targets as Tensor) as Scalar | undefined;
};

/** `skimLoss` of a batch on TensorFlow.js; undefined where nothing was decided. */
export const decidedLoss = (
  decisions: readonly Tensor[],
  batch: readonly LabelledInput[],
  price: number,
): Scalar | undefined => {
  const prices: Tensor = tf.tensor2d(tokenPrices(batch, price), [batch.length, widthOf(batch)]);
  return skimLoss(tensorLossOps, decisions, prices) as Scalar | undefined;
};

/** `answerStrength` on TensorFlow.js. */
export const strengthLoss = (outputs: Tensor): Scalar => answerStrength(tensorLossOps, outputs) as Scalar;

/** `saliencyLoss` of a batch on TensorFlow.js; undefined where the reducer predicted nothing. */
export const salientLoss = (
  predictions: readonly Tensor[],
  saliencies: readonly Tensor[],
  batch: readonly LabelledInput[],
): Scalar | undefined => {
  const { bias, weights } = rankedArrays(batch);
  const ranked = {
    bias: tf.tensor2d(bias, [batch.length, widthOf(batch)]) as Tensor,
    weights: tf.tensor2d(weights, [batch.length, 1]) as Tensor,
  };
  return saliencyLoss(tensorLossOps, predictions, saliencies, ranked) as Scalar | undefined;
};

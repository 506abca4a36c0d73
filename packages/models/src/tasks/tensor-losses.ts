/** The losses of a task on TensorFlow.js. */
import type { KlOptions } from '@length-adaptive/core';
import { paddingScore, tensorLossOps } from '@length-adaptive/core';
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import type { LabelledInput } from './labelled-input.js';
import { widthOf } from './target-arrays.js';
import type { Task } from './task.js';
import type { TargetValues } from './task-losses.js';
import { labelLoss, teacherLoss } from './task-losses.js';

/** What a padding token adds to its logit, in rows of the longest input: [B * T] */
const tokenBias = (batch: readonly LabelledInput[]): Float32Array => {
  const width = widthOf(batch);
  const bias = new Float32Array(batch.length * width);
  batch.forEach(({ input }, row) => bias.fill(paddingScore, row * width + input.ids.length, (row + 1) * width));
  return bias;
};

const targetTensors = (task: Task, batch: readonly LabelledInput[]): TargetValues<Tensor> => {
  const { labels, labelShape, weights, weightShape } = task.targets(batch);
  return {
    labels: tf.tensor(labels, [...labelShape]),
    weights: tf.tensor(weights, [...weightShape]),
    tokenBias:
      task.distribution === 'tokens' ? tf.tensor3d(tokenBias(batch), [batch.length, 1, widthOf(batch)]) : undefined,
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

import type { KlOptions } from '@length-adaptive/core';
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import type { LabelledInput } from '../labelled-input.js';
import { widthOf } from './target-arrays.js';
import type { Task } from './task.js';

/** What a padding token adds to its logit where probabilities run over the tokens. */
const paddingLogit = -1e9;

/** Logits of the head -> the layout of `TargetArrays`, padding without probability. */
const distributions = ({ distribution }: Task, logits: Tensor, batch: readonly LabelledInput[]): Tensor => {
  if (distribution === 'binary') return tf.pad(tf.expandDims(logits, -1), [[0, 0], [0, 0], [0, 1]]); // [B, outputs] -> [B, outputs, 2]: the softmax of (x, 0) is the sigmoid of x
  if (distribution !== 'tokens') return logits;
  const width = widthOf(batch);
  const mask = new Float32Array(batch.length * width);
  batch.forEach(({ input }, row) => mask.fill(paddingLogit, row * width + input.ids.length, (row + 1) * width));
  return tf.add(tf.transpose(logits, [0, 2, 1]), tf.tensor3d(mask, [batch.length, 1, width])); // [B, T, outputs] -> [B, outputs, T]
};

const squaredError = (a: Tensor, b: Tensor, weights: Tensor): Scalar => tf.sum<Scalar>(tf.mul(tf.square(tf.sub(a, b)), weights));

/** Mean loss of a batch: cross-entropy (of several labels a text: the mean of the binary ones), or the squared error of a regression. */
export const taskLoss = (task: Task, logits: Tensor, batch: readonly LabelledInput[]): Scalar =>
  tf.tidy(() => {
    const { labels, labelShape, weights, weightShape } = task.targets(batch);
    const target = tf.tensor(labels, [...labelShape]);
    if (task.distribution === 'none') return squaredError(logits, target, tf.tensor(weights, [...weightShape]));
    return tf.neg(tf.sum<Scalar>(tf.mul(tf.logSoftmax(distributions(task, logits, batch)), target)));
  });

/** Mean divergence of a sub-model from the full model: KL of the distributions (the mean over all of them), or the squared difference of a regression. */
export const distillationLoss = (
  task: Task,
  teacher: Tensor,
  student: Tensor,
  batch: readonly LabelledInput[],
  { temperature = 1, direction = 'teacher-student' }: KlOptions = {},
): Scalar =>
  tf.tidy(() => {
    const { weights, weightShape } = task.targets(batch);
    const weight = tf.tensor(weights, [...weightShape]);
    if (task.distribution === 'none') return squaredError(student, teacher, weight);
    const soften = (logits: Tensor): Tensor => tf.logSoftmax(tf.div(distributions(task, logits, batch), temperature));
    const [p, q] = direction === 'teacher-student' ? [soften(teacher), soften(student)] : [soften(student), soften(teacher)];
    const divergence = tf.sum(tf.mul(tf.mul(tf.exp(p), tf.sub(p, q)), weight));
    return tf.mul<Scalar>(divergence, temperature * temperature);
  });

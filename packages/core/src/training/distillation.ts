import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import { tidy } from '../tidy.js';
import type { KlOptions } from './losses.js';
import { distillationDivergence, weightedCrossEntropy, weightedSquaredError } from './losses.js';
import { tensorLossOps as ops } from './tensor-loss-ops.js';

/** Mean over the rows of the Kullback-Leibler divergence between teacher and student, over the last axis of [.., classes]. */
export const klDivergence = (teacherLogits: Tensor, studentLogits: Tensor, options: KlOptions = {}): Scalar =>
  tidy(() => {
    const rows = teacherLogits.size / (teacherLogits.shape.at(-1) ?? 1);
    return distillationDivergence(ops, teacherLogits, studentLogits, tf.scalar(1 / rows), options) as Scalar;
  });

/** Mean squared difference of the logits: distillation for regression, where a softmax over one logit says nothing. */
export const meanSquaredError = (target: Tensor, prediction: Tensor): Scalar =>
  tidy(() => weightedSquaredError(ops, prediction, target, tf.scalar(1 / target.size)) as Scalar);

/** Mean cross-entropy of [B, classes] logits against class numbers. */
export const crossEntropy = (logits: Tensor, labels: readonly number[]): Scalar =>
  tidy(() => {
    const target = tf.oneHot(tf.tensor1d(Int32Array.from(labels), 'int32'), logits.shape.at(-1) ?? 0);
    return weightedCrossEntropy(ops, logits, tf.mul(target, 1 / labels.length)) as Scalar;
  });

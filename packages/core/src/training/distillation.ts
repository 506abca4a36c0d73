import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import { tidy } from '../tidy.js';

export interface KlOptions {
  /** Softens both distributions; the loss is scaled by its square. Default 1. */
  readonly temperature?: number;
  /**
   * `teacher-student` is KL(teacher || student), ordinary distillation (default). `student-teacher` is what the reference
   * implementation computes: the arguments of its KL are the other way round.
   */
  readonly direction?: 'teacher-student' | 'student-teacher';
}

/** Mean over the rows of the Kullback-Leibler divergence between teacher and student, over the last axis of [.., classes]. */
export const klDivergence = (
  teacherLogits: Tensor,
  studentLogits: Tensor,
  { temperature = 1, direction = 'teacher-student' }: KlOptions = {},
): Scalar =>
  tidy(() => {
    const soften = (logits: Tensor): Tensor => tf.logSoftmax(temperature === 1 ? logits : tf.div(logits, temperature));
    const teacher = soften(teacherLogits);
    const student = soften(studentLogits);
    const [p, q] = direction === 'teacher-student' ? [teacher, student] : [student, teacher];
    const divergence = tf.sum(tf.mul(tf.exp(p), tf.sub(p, q)), -1);
    return tf.mul<Scalar>(tf.mean(divergence), temperature * temperature);
  });

/** Mean squared difference of the logits: distillation for regression, where a softmax over one logit says nothing. */
export const meanSquaredError = (target: Tensor, prediction: Tensor): Scalar =>
  tidy(() => tf.mean(tf.square(tf.sub(target, prediction))));

/** Mean cross-entropy of [B, classes] logits against class numbers. */
export const crossEntropy = (logits: Tensor, labels: readonly number[]): Scalar =>
  tidy(() => {
    const target = tf.oneHot(tf.tensor1d(Int32Array.from(labels), 'int32'), logits.shape.at(-1) ?? 0);
    const likelihood = tf.sum(tf.mul(target, tf.logSoftmax(logits)), -1); // [B]
    return tf.mul<Scalar>(tf.mean(likelihood), -1);
  });

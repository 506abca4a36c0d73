import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Extent } from '../extent.js';
import { validSlots } from '../extent.js';
import { tidy } from '../tidy.js';

/**
 * Mean squared difference of hidden states over the real tokens of a batch and their dimensions (Jiao et al. 2020, equation 8).
 *
 * @param teacher [B * T, hidden]
 * @param student [B * T, hidden], already of the teacher's width
 */
export const hiddenStateLoss = (teacher: Tensor2D, student: Tensor2D, extent: Extent): Scalar =>
  tidy(() => {
    const [, size] = teacher.shape;
    const tokens = extent.counts.reduce((sum, count) => sum + count, 0);
    const errors = tf.sum(tf.squaredDifference(teacher, student), -1); // [B * T]
    const valid = validSlots(extent);
    return tf.div<Scalar>(tf.sum(valid ? tf.mul(errors, tf.tensor1d(valid)) : errors), tokens * size);
  });

/** [B, heads, T, T] -> [B, 1, T, T] */
const meanHead = (probabilities: Tensor4D): Tensor4D => tf.mean(probabilities, 1, true);

/**
 * Mean squared difference of attention probabilities over the pairs of real tokens and the heads (Jiao et al. 2020, equation 7,
 * on probabilities as Dynamic-TinyBERT does). Where the two have different numbers of heads, the means over their heads are compared.
 *
 * @param teacher [B, heads, T, T], queries by keys; no attention falls on padding
 * @param student [B, heads, T, T]
 */
export const attentionLoss = (teacher: Tensor4D, student: Tensor4D, extent: Extent): Scalar =>
  tidy(() => {
    const alike = teacher.shape[1] === student.shape[1];
    const [target, prediction] = alike ? [teacher, student] : [meanHead(teacher), meanHead(student)];
    const heads = target.shape[1];
    const pairs = extent.counts.reduce((sum, count) => sum + count * count, 0);
    const errors = tf.sum(tf.squaredDifference(target, prediction), [1, 3]); // [B, T], of queries
    const valid = validSlots(extent);
    const masked = valid ? tf.mul(errors, tf.tensor2d(valid, [extent.rows, extent.width])) : errors;
    return tf.div<Scalar>(tf.sum(masked), pairs * heads);
  });

import * as tf from '@tensorflow/tfjs';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Extent } from '../../extent.js';
import { paddingBias } from '../../extent.js';
import { canFuse, ownKernel, runOwnKernel } from '../../own-kernels.js';
import { uploadedCounts } from '../../uploaded-counts.js';

/** Heads side by side -> heads one after the other: [B * T, hidden] -> [B, heads, T, size]. */
export const splitHeads = (x: Tensor2D, rows: number, heads: number): Tensor4D => {
  const [slots, size] = x.shape;
  return tf.transpose(tf.reshape(x, [rows, slots / rows, heads, size / heads]), [0, 2, 1, 3]);
};

/** The way back: [B, heads, T, size] -> [B * T, hidden]. */
export const joinHeads = (x: Tensor4D): Tensor2D => {
  const [rows, heads, width, size] = x.shape;
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [rows * width, heads * size]);
};

/**
 * Softmax of scaled scores over the keys that are there: [B, heads, queries, keys] -> the same, 0 for padding keys.
 *
 * @param extent the keys
 */
export const attentionSoftmax = (scores: Tensor4D, extent: Extent, scale: number): Tensor4D => {
  if (canFuse(ownKernel.attentionSoftmax)) {
    const { counts, list } = uploadedCounts(extent.counts);
    return runOwnKernel(ownKernel.attentionSoftmax, { scores, counts }, { scale, list });
  }
  const scaled = tf.mul(scores, scale);
  const bias = paddingBias(extent);
  const masked = bias ? tf.add(scaled, tf.tensor4d(bias, [extent.rows, 1, 1, extent.width])) : scaled;
  return tf.softmax(masked as Tensor4D, -1);
};

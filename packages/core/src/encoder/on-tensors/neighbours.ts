import * as tf from '@tensorflow/tfjs';
import type { Rank, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { Extent } from '../../extent.js';
import { clearPadding } from './clear-padding.js';

/** What stands behind each token of its row, it and what stands before it, beside each other; zeros beyond the ends of a row: [B * T, width] -> [B * T, 3 * width]. */
export const neighbours = (x: Tensor2D, extent: Extent): Tensor2D => {
  const { rows, width: slots } = extent;
  const [count, width] = x.shape;
  const real = tf.reshape<Rank.R3>(clearPadding(x, extent), [rows, slots, width]);
  const nothing = tf.zeros<Rank.R3>([rows, 1, width]);
  const part = (from: number): Tensor3D[] => (slots > 1 ? [tf.slice(real, [0, from, 0], [-1, slots - 1, -1])] : []);
  const behind = tf.concat([...part(1), nothing], 1);
  const before = tf.concat([nothing, ...part(0)], 1);
  return tf.reshape(tf.concat([behind, real, before], 2), [count, 3 * width]);
};

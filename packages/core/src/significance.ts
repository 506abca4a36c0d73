import * as tf from '@tensorflow/tfjs';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Extent } from './extent.js';
import { validSlots } from './extent.js';
import { uploadedCounts } from './uploaded-counts.js';
import { canFuse, ownKernel, runOwnKernel } from './own-kernels.js';
import { tidy } from './tidy.js';

export interface SignificanceOptions {
  /**
   * Let padding queries vote, as the reference implementation does: scores then depend on how much padding a batch
   * holds. For parity tests only. Default false.
   */
  readonly paddingVotes?: boolean;
}

/**
 * Significance of every token: the attention it receives, summed over heads and over the queries of real tokens
 * (Kim & Cho 2020, section 2.2). Padding keys get -1, below any real token.
 *
 * @param probabilities attention probabilities, [B, heads, T, T], queries by keys
 * @returns [B, T]
 */
export const attentionSignificance = (
  probabilities: Tensor4D,
  extent: Extent,
  { paddingVotes = false }: SignificanceOptions = {},
): Tensor2D =>
  tidy(() => {
    if (!paddingVotes && canFuse(ownKernel.attentionSignificance)) {
      const { counts, list } = uploadedCounts(extent.counts);
      return runOwnKernel<Tensor2D>(ownKernel.attentionSignificance, { probabilities, counts }, { list });
    }
    const valid = validSlots(extent);
    if (!valid) return tf.sum<Tensor2D>(probabilities, [1, 2]);

    const [rows, heads, width] = probabilities.shape;
    const keys = tf.tensor2d(valid, [rows, width]);
    const votes = paddingVotes ? tf.onesLike(keys) : keys;
    const voters = tf.tile(tf.expandDims(votes, 1), [1, 1, heads]); // [B, 1, heads * T]
    const received = tf.matMul(voters, tf.reshape(probabilities, [rows, heads * width, width])); // [B, 1, T]
    return tf.sub(tf.mul(tf.add(tf.squeeze(received, [1]), 1), keys), 1); // padding keys -> -1
  });

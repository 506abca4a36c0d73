import * as tf from '@tensorflow/tfjs';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Voters } from './encoder/encoder-ops.js';
import type { Extent } from './extent.js';
import { validSlots } from './extent.js';
import { uploadedCounts } from './uploaded-counts.js';
import { canFuse, ownKernel, runOwnKernel } from './own-kernels.js';
import { tidy } from './tidy.js';

export interface SignificanceOptions {
  /** Whose attention counts: that of every real token, or of the first of each row alone. Default `all`. */
  readonly voters?: Voters;
  /**
   * Let padding queries vote, as the reference implementation does: scores then depend on how much padding a batch
   * holds. For parity tests only. Default false.
   */
  readonly paddingVotes?: boolean;
  /** How often the vote of each token that asks counts where all vote, 0 for padding, [B, Q]. Default: once. */
  readonly votes?: Tensor2D | undefined;
}

/**
 * Significance of every token: the attention it receives, summed over heads and over the queries of real tokens
 * (Kim & Cho 2020, section 2.2). Padding keys get -1, below any real token.
 *
 * @param probabilities attention probabilities, [B, heads, Q, T], queries by keys
 * @returns [B, T]
 */
export const attentionSignificance = (
  probabilities: Tensor4D,
  extent: Extent,
  { voters = 'all', paddingVotes = false, votes: given }: SignificanceOptions = {},
): Tensor2D =>
  tidy(() => {
    const [rows, heads, asking, width] = probabilities.shape;
    if (!paddingVotes && !given && canFuse(ownKernel.attentionSignificance)) {
      const { counts, list } = uploadedCounts(extent.counts);
      return runOwnKernel<Tensor2D>(
        ownKernel.attentionSignificance,
        { probabilities, counts },
        { list, voters: voters === 'first' ? 1 : width },
      );
    }
    const valid = validSlots(extent);
    const votesOfFirst = (): Tensor2D => tf.sum(tf.slice(probabilities, [0, 0, 0, 0], [-1, -1, 1, -1]), [1, 2]); // [B, T]
    if (!valid && !(given && voters === 'all'))
      return voters === 'first' ? votesOfFirst() : tf.sum<Tensor2D>(probabilities, [1, 2]);

    const keys: Tensor2D = valid ? tf.tensor2d(valid, [rows, width]) : tf.ones([rows, width]);
    const masked = (received: Tensor2D): Tensor2D => tf.sub(tf.mul(tf.add(received, 1), keys), 1); // padding keys -> -1
    if (voters === 'first') return masked(votesOfFirst());
    const votes = given ?? (paddingVotes ? tf.onesLike(keys) : keys);
    const voting = tf.tile(tf.expandDims(votes, 1), [1, 1, heads]); // [B, 1, heads * Q]
    const received = tf.matMul(voting, tf.reshape(probabilities, [rows, heads * asking, width])); // [B, 1, T]
    return masked(tf.squeeze(received, [1]));
  });

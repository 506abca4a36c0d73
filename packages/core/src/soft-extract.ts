import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { moveTokens } from './drop-and-restore.js';
import type { Extent } from './extent.js';
import { CoreError } from './errors.js';
import type { LengthConfig } from './length-config.js';
import { fromAbsoluteLengths } from './length-config.js';
import { invert, rankOrder, selectionOf } from './selection/selection.js';
import { tidy } from './tidy.js';

/** Soft-extract: in place of dropping tokens, every layer fades them by their rank (Goyal et al. 2020, section 3.3). */
export interface SoftExtract {
  /**
   * [layers, bins], numbers in [0, 1]: what layer j multiplies tokens by, the most significant ones first. The token of rank k
   * among the n real tokens of its row reads bin `floor(k * bins / n)`; with n bins that is bin k, as published.
   */
  readonly retention: Tensor2D;
}

export interface FadeOptions {
  /** Leading tokens that rank first, whatever their score. Default 1, [CLS]. */
  readonly protectedTokens?: number;
}

/** Bin that each rank of each row reads, [B * T]; `bins` for ranks that no real token has. */
const binsOfRanks = ({ rows, width, counts }: Extent, bins: number): Int32Array => {
  const table = new Int32Array(rows * width).fill(bins);
  counts.forEach((count, row) => {
    for (let rank = 0; rank < count; rank++) table[row * width + rank] = Math.floor((rank * bins) / count);
  });
  return table;
};

/**
 * Multiplies every token by the retention of its rank: [B * T, hidden] -> [B * T, hidden]. Padding stays as it is.
 *
 * The gradient flows into the retention and the hidden states, not into the ranking.
 *
 * @param scores significance, [B, T], below zero for padding; ties go to the earlier token
 * @param retention of one layer, [bins]
 */
export const fadeTokens = (
  hidden: Tensor2D,
  scores: Tensor2D,
  retention: Tensor1D,
  { extent, protectedTokens = 1 }: FadeOptions & { readonly extent: Extent },
): Tensor2D =>
  tidy(() => {
    const { rows, width } = extent;
    const bins = retention.shape[0];
    const withPadding = tf.concat([retention, tf.ones([1])]); // bin `bins` is the padding's
    const byRank = tf.gather(withPadding, tf.tensor1d(binsOfRanks(extent, bins), 'int32')); // [B * T]
    const ranking = selectionOf(rankOrder(scores, protectedTokens), 0, width);
    const bySlot = moveTokens(tf.reshape(byRank, [rows * width, 1]), invert(ranking));
    return tf.mul<Tensor2D>(hidden, bySlot);
  });

/**
 * What soft-extract pays for the tokens it retains: `sum_j j * sum_k r_j[k]` with layers j = 1, 2, ..., so that later layers,
 * which gain from every layer before them, are pushed hardest (Goyal et al. 2020, equation 3).
 *
 * @param retention [layers, bins]
 */
export const retentionRegularizer = (retention: Tensor2D): Scalar =>
  tidy(() => {
    const layers = retention.shape[0];
    return tf.sum<Scalar>(tf.mul(retention, tf.reshape(tf.range(1, layers + 1), [layers, 1])));
  });

/** Slack for sums of float32 numbers. */
const roundingSlack = 1e-6;

/**
 * The length configuration that a learned retention stands for: layer j keeps `l_j = floor(sum_k r_j[k])` of as many tokens
 * as there are bins, at least 1 and never more than the layer before it (Goyal et al. 2020, section 3.3).
 *
 * @param retention one row of bins a layer
 * @throws CoreError `OPTION_INVALID` unless it has layers, all of as many bins, of numbers in [0, 1]
 * @example
 * configFromRetention([[1, 1, 1, 0.5], [1, 0.9, 0.2, 0]]); // [0.75, 0.5]
 */
export const configFromRetention = (retention: readonly (readonly number[])[]): LengthConfig => {
  const bins = retention[0]?.length ?? 0;
  const valid =
    bins > 0 && retention.every((row) => row.length === bins && row.every((share) => share >= 0 && share <= 1));
  if (!valid) {
    const shape = `[${retention.map(({ length }) => length).join(', ')}]`;
    throw new CoreError(
      'OPTION_INVALID',
      `retention has rows of ${shape} bins; expected one row a layer, equally many numbers in [0, 1] in each.`,
    );
  }
  let length = bins;
  const lengths = retention.map((row) => {
    const mass = row.reduce((sum, share) => sum + share, 0);
    length = Math.min(length, Math.max(1, Math.floor(mass + roundingSlack)));
    return length;
  });
  return fromAbsoluteLengths(lengths, bins);
};

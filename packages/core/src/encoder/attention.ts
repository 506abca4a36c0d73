import * as tf from '@tensorflow/tfjs';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { canFuse, ownKernel, runOwnKernel } from '../own-kernels.js';
import { uploadedCounts } from './counts.js';
import { addAndNorm, dense } from './dense.js';
import type { Dropout } from './dropout.js';
import { applyDropout } from './dropout.js';
import type { AttentionWeights } from './weights.js';

/** Tokens that are physically there, row by row: a tensor of `rows` x `width` slots whose first `counts[b]` are real. */
export interface Extent {
  readonly rows: number;
  readonly width: number;
  readonly counts: readonly number[];
}

/** What a padding key adds to its attention score. */
const paddingScore = -1e9;

/** 1 for real slots, 0 for padding: [B, T] flattened. Undefined when nothing is padded. */
export const validSlots = ({ rows, width, counts }: Extent): Float32Array | undefined => {
  if (counts.every((count) => count === width)) return undefined;
  const valid = new Float32Array(rows * width);
  counts.forEach((count, row) => valid.fill(1, row * width, row * width + count));
  return valid;
};

/** Everything the two blocks of a layer share. */
export interface BlockOptions {
  readonly heads: number;
  readonly epsilon: number;
  readonly dropout?: Dropout | undefined;
}

/** What attention compares and mixes: [B * T, hidden] each, all heads side by side. */
export interface Projections {
  readonly query: Tensor2D;
  readonly key: Tensor2D;
  readonly value: Tensor2D;
}

export interface AttentionOutput {
  /** [B * T, hidden], after residual and layer norm. */
  readonly hidden: Tensor2D;
  /** [B, heads, T, T], queries by keys, before dropout. */
  readonly probabilities: Tensor4D;
  readonly projections: Projections;
}

/** Softmax of scaled scores over the keys that are there: [B, heads, T, T] -> the same, 0 for padding keys. */
export const attentionSoftmax = (scores: Tensor4D, extent: Extent, scale: number): Tensor4D => {
  if (canFuse(ownKernel.attentionSoftmax)) {
    const { counts, list } = uploadedCounts(extent.counts);
    return runOwnKernel(ownKernel.attentionSoftmax, { scores, counts }, { scale, list });
  }
  const scaled = tf.mul(scores, scale);
  const valid = validSlots(extent);
  const { rows, width } = extent;
  const masked = valid
    ? tf.add(
        scaled,
        tf.tensor4d(
          valid.map((slot) => (slot === 1 ? 0 : paddingScore)),
          [rows, 1, 1, width],
        ),
      )
    : scaled;
  return tf.softmax(masked as Tensor4D, -1);
};

/** Multi-head self-attention with residual and post-layer-norm: [B * T, hidden] -> [B * T, hidden]. */
export const selfAttention = (
  x: Tensor2D,
  weights: AttentionWeights,
  extent: Extent,
  { heads, epsilon, dropout }: BlockOptions,
): AttentionOutput => {
  const { rows, width } = extent;
  const size = x.shape[1];
  const headSize = size / heads;
  const split = (y: Tensor2D): Tensor4D => tf.transpose(tf.reshape(y, [rows, width, heads, headSize]), [0, 2, 1, 3]); // [B * T, hidden] -> [B, heads, T, size]

  const projections = { query: dense(x, weights.query), key: dense(x, weights.key), value: dense(x, weights.value) };
  const scores: Tensor4D = tf.matMul(split(projections.query), split(projections.key), false, true); // [B, heads, T, T]
  const probabilities = attentionSoftmax(scores, extent, 1 / Math.sqrt(headSize));

  const attended = dropout ? applyDropout(probabilities, dropout.attention, dropout.random) : probabilities;
  const context = tf.reshape(tf.transpose(tf.matMul(attended, split(projections.value)), [0, 2, 1, 3]), [
    rows * width,
    size,
  ]);
  const projected = dense(context as Tensor2D, weights.output);
  const kept = dropout ? applyDropout(projected, dropout.hidden, dropout.random) : projected;
  return { hidden: addAndNorm(x, kept, weights.norm, epsilon), probabilities, projections };
};

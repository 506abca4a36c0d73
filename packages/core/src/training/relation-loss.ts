import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { splitHeads } from '../encoder/on-tensors/attention.js';
import type { Projections } from '../encoder/on-tensors/tensor-engine.js';
import { CoreError } from '../errors.js';
import type { Extent } from '../extent.js';
import { paddingScore, validSlots } from '../extent.js';
import { tidy } from '../tidy.js';

export interface RelationOptions {
  /** Relation heads: what the widths of both models are cut into. */
  readonly heads: number;
}

/** log softmax(X X^T / sqrt(d)) of each relation head: [B * T, width] -> [B, heads, T, T] */
const logRelation = (x: Tensor2D, { rows }: Extent, heads: number, bias: Tensor | undefined): Tensor4D => {
  const [, size] = x.shape;
  const headSize = size / heads;
  if (!Number.isInteger(headSize)) {
    throw new CoreError(
      'OPTION_INVALID',
      `${heads} relation heads do not divide a width of ${size}; choose a divisor of both models' widths.`,
    );
  }
  const split = splitHeads(x, rows, heads); // [B, heads, T, d]
  const scores = tf.mul<Tensor4D>(tf.matMul(split, split, false, true), 1 / Math.sqrt(headSize));
  return tf.logSoftmax<Tensor4D>(bias ? tf.add<Tensor4D>(scores, bias) : scores);
};

/**
 * How far the relations between a student's tokens are from its teacher's: KL(teacher || student) of softmax(X X^T / sqrt(d)) for
 * X the queries, the keys and the values, each averaged over relation heads and real tokens, summed (MiniLMv2, Wang et al. 2021,
 * section 3.1). The two models may have any widths and numbers of attention heads.
 *
 * @param teacher of one layer, [B * T, hidden] each
 * @param student of one layer, [B * T, hidden] each
 * @throws CoreError `OPTION_INVALID` when the heads do not divide a width
 */
export const relationLoss = (
  teacher: Projections,
  student: Projections,
  extent: Extent,
  { heads }: RelationOptions,
): Scalar =>
  tidy(() => {
    const { rows, width, counts } = extent;
    const valid = validSlots(extent);
    const bias =
      valid &&
      tf.tensor4d(
        valid.map((slot) => (slot === 1 ? 0 : paddingScore)),
        [rows, 1, 1, width],
      );
    const tokens = counts.reduce((sum, count) => sum + count, 0);
    const terms = (['query', 'key', 'value'] as const).map((kind) => {
      const p = logRelation(teacher[kind], extent, heads, bias);
      const q = logRelation(student[kind], extent, heads, bias);
      const divergence = tf.sum(tf.mul(tf.exp(p), tf.sub(p, q)), [1, 3]); // [B, T]
      return tf.sum<Scalar>(valid ? tf.mul(divergence, tf.tensor2d(valid, [rows, width])) : divergence);
    });
    return tf.div<Scalar>(tf.addN(terms), tokens * heads);
  });

import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Extent } from '../extent.js';
import { slotValues } from '../extent.js';
import { tidy } from '../tidy.js';
import { weightedAttentionLoss, weightedSquaredError } from './losses.js';
import { tensorLayerLossOps, tensorLossOps } from './tensor-loss-ops.js';

/**
 * Mean squared difference of hidden states over the real tokens of a batch and their dimensions (Jiao et al. 2020, equation 8).
 *
 * @param teacher [B * T, hidden]
 * @param student [B * T, hidden], already of the teacher's width
 */
export const hiddenStateLoss = (teacher: Tensor2D, student: Tensor2D, extent: Extent): Scalar =>
  tidy(() => {
    const [slots, size] = teacher.shape;
    const tokens = extent.counts.reduce((sum, count) => sum + count, 0);
    const weights = tf.tensor2d(slotValues(extent, { real: 1 / (tokens * size), padding: 0 }), [slots, 1]);
    return weightedSquaredError<Tensor>(tensorLossOps, student, teacher, weights) as Scalar;
  });

/**
 * Mean squared difference of attention probabilities over the pairs of real tokens and the heads (Jiao et al. 2020, equation 7,
 * on probabilities as Dynamic-TinyBERT does). Where the two have different numbers of heads, the means over their heads are compared.
 *
 * @param teacher [B, heads, T, T], queries by keys; no attention falls on padding
 * @param student [B, heads, T, T]
 */
export const attentionLoss = (teacher: Tensor4D, student: Tensor4D, extent: Extent): Scalar =>
  tidy(() => {
    const { rows, width, counts } = extent;
    const [theirs, own] = [teacher, student].map((value) => ({ value, heads: value.shape[1] })) as [Headed, Headed];
    const heads = theirs.heads === own.heads ? theirs.heads : 1;
    const pairs = counts.reduce((sum, count) => sum + count * count, 0);
    const weights = tf.tensor4d(slotValues(extent, { real: 1 / (pairs * heads), padding: 0 }), [rows, 1, width, 1]);
    return weightedAttentionLoss<Tensor>(tensorLayerLossOps(rows), theirs, own, weights) as Scalar;
  });

interface Headed {
  readonly value: Tensor;
  readonly heads: number;
}

import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { splitHeads } from '../encoder/on-tensors/attention.js';
import type { LayerLossOps, LossOps } from './loss-ops.js';

/** What a row is divided by whose sum is 0. */
const leastSum = 1e-30;

/** The arithmetic of losses on TensorFlow.js. */
export const tensorLossOps: LossOps<Tensor> = {
  add: (x, y) => tf.add(x, y),
  sub: (x, y) => tf.sub(x, y),
  mul: (x, y) => tf.mul(x, y),
  neg: (x) => tf.neg(x),
  exp: (x) => tf.exp(x),
  scale: (x, factor) => (factor === 1 ? x : tf.mul(x, factor)),
  sum: (x) => tf.sum(x),
  logSoftmax: (x) => tf.logSoftmax(x),
  unit: (x) => tf.div(x, tf.sqrt(tf.add(tf.sum(tf.square(x), -1, true), 1e-24))),
  lengths: (x) => tf.sqrt(tf.sum(tf.square(x), -1)),
  shares: (x) => tf.div(x, tf.maximum(tf.sum(x, -1, true), leastSum)),
  products: (x, y) => tf.matMul(x, y, false, true),
  swapLastAxes: (x) => tf.transpose(x, [0, 2, 1]),
  withOpposite: (x) => {
    const pairs = tf.expandDims(x, -1);
    return tf.concat([pairs, tf.zerosLike(pairs)], -1);
  },
};

/** The same for the inside of encoders whose batches have `rows` rows: states and projections are flat, [B * T, width]. */
export const tensorLayerLossOps = (rows: number): LayerLossOps<Tensor> => ({
  ...tensorLossOps,
  meanOverHeads: (probabilities) => tf.mean(probabilities, 1, true),
  relate: (vectors, { heads, factor }) => {
    const split: Tensor4D = splitHeads(vectors as Tensor2D, rows, heads); // [B, heads, T, d]
    return tf.mul(tf.matMul(split, split, false, true), factor);
  },
});

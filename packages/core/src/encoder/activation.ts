import * as tf from '@tensorflow/tfjs';
import type { Tensor2D } from '@tensorflow/tfjs';
import { ownKernel, runFused } from '../own-kernels.js';

/**
 * What stands between the two maps of a feed-forward block: `gelu` is the exact Gaussian error linear unit, `gelu_new` its approximation by tanh,
 * `quick_gelu` the one by a sigmoid.
 */
export type Activation = 'gelu' | 'gelu_new' | 'relu' | 'silu' | 'quick_gelu';

const functions: Readonly<Record<Activation, (x: Tensor2D) => Tensor2D>> = {
  /** x/2 (1 + erf(x / sqrt 2)) */
  gelu: (x) => runFused<Tensor2D>(ownKernel.gelu, { x }) ?? tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  /** x/2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) */
  gelu_new: (x) => {
    const inner = tf.mul(tf.mul(x, Math.sqrt(2 / Math.PI)), tf.add(tf.mul(tf.square(x), 0.044715), 1));
    return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
  },
  relu: (x) => tf.relu(x),
  /** x / (1 + e^-x) */
  silu: (x) => tf.mul(x, tf.sigmoid(x)),
  /** x / (1 + e^(-1.702 x)) */
  quick_gelu: (x) => tf.mul(x, tf.sigmoid(tf.mul(x, 1.702))),
};

/** Each number through an activation: [N, size] -> [N, size]. */
export const activate = (x: Tensor2D, kind: Activation): Tensor2D => functions[kind](x);

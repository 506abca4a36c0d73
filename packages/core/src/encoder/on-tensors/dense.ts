import * as tf from '@tensorflow/tfjs';
import type { Tensor2D } from '@tensorflow/tfjs';
import { ownKernel, runFused } from '../../own-kernels.js';
import type { AffineWeights, LayerNormWeights } from '../weights.js';

/** x W + b, W whole or in factors: [N, in] -> [N, out]. Flat on purpose: only unbatched products take the fast path on every backend. */
export const dense = (x: Tensor2D, weights: AffineWeights): Tensor2D => {
  const bias = weights.bias ? { bias: weights.bias } : {};
  return 'kernel' in weights
    ? (tf.fused.matMul({ a: x, b: weights.kernel, ...bias }) as Tensor2D)
    : (tf.fused.matMul({ a: tf.matMul(x, weights.down), b: weights.up, ...bias }) as Tensor2D);
};

/** Layer normalisation of x + y over the last axis: [N, hidden] -> [N, hidden]. */
export const addAndNorm = (x: Tensor2D, y: Tensor2D, weights: LayerNormWeights, usualEpsilon: number): Tensor2D => {
  const { gain, bias, plain = false, epsilon = usualEpsilon } = weights;
  const fused = bias && !plain && runFused<Tensor2D>(ownKernel.addAndNorm, { x, y, gain, bias }, { epsilon });
  return fused || layerNorm(tf.add(x, y), weights, usualEpsilon);
};

export const layerNorm = (x: Tensor2D, weights: LayerNormWeights, usualEpsilon: number): Tensor2D => {
  const { gain, bias, plain = false, epsilon = usualEpsilon } = weights;
  if (plain) return bias ? tf.add(tf.mul(x, gain), bias) : tf.mul(x, gain);
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  const normal = tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon)));
  const scaled: Tensor2D = tf.mul(normal, gain);
  return bias ? tf.add(scaled, bias) : scaled;
};

import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';
import type { Random } from '../../random.js';
import { tidy } from '../../tidy.js';

/** Dropout while training. The masks come from a seeded generator, so a run can be repeated bit for bit. */
export interface Dropout {
  /** Probability for embeddings and the outputs of both blocks. */
  readonly hidden: number;
  /** Probability for attention probabilities. */
  readonly attention: number;
  /** Probability for what the head's output layer reads. Default: as `hidden`. */
  readonly head?: number | undefined;
  readonly random: Random;
}

/** Zeroes each element with probability `rate` and scales the others by 1 / (1 - rate). */
export const applyDropout = <T extends Tensor>(x: T, rate: number, random: Random): T => {
  if (rate === 0) return x;
  const scale = 1 / (1 - rate);
  const mask = new Float32Array(x.size);
  for (let i = 0; i < mask.length; i++) mask[i] = random.uniform() < rate ? 0 : scale;
  return tidy(() => tf.mul<T>(x, tf.tensor(mask, x.shape)));
};

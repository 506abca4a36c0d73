import * as tf from '@tensorflow/tfjs';
import type { Tensor2D } from '@tensorflow/tfjs';
import type { Extent } from '../../extent.js';
import { validSlots } from '../../extent.js';
import { tidy } from '../../tidy.js';

/**
 * Adds a prior to the scores of real tokens. Padding keeps its score below zero, so it never wins.
 *
 * @param scores [B, T], as a reducer gives them
 * @param prior one number a slot, [B, T], from 0 to `greatestPrior`; what it holds for padding does not matter
 * @returns [B, T]
 */
export const addPrior = (scores: Tensor2D, prior: Tensor2D, extent: Extent): Tensor2D =>
  tidy(() => {
    const valid = validSlots(extent);
    return tf.add<Tensor2D>(scores, valid ? tf.mul(prior, tf.tensor2d(valid, scores.shape)) : prior);
  });

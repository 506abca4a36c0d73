import * as tf from '@tensorflow/tfjs';
import type { Tensor2D } from '@tensorflow/tfjs';
import type { Extent } from '../../extent.js';
import { validSlots } from '../../extent.js';

/** States with zeros for padding. */
export const clearPadding = (states: Tensor2D, extent: Extent): Tensor2D => {
  const valid = validSlots(extent);
  return valid ? tf.mul(states, tf.tensor2d(valid, [valid.length, 1])) : states;
};

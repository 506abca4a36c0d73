import type { Tensor2D } from '@tensorflow/tfjs';
import type { Activation } from './activation.js';
import { activate } from './activation.js';
import type { BlockOptions } from './attention.js';
import { addAndNorm, dense } from './dense.js';
import { applyDropout } from './dropout.js';
import type { FeedForwardWeights } from './weights.js';

/** Feed-forward block with residual and post-layer-norm: [N, hidden] -> [N, hidden]. */
export const feedForward = (
  x: Tensor2D,
  weights: FeedForwardWeights,
  { epsilon, dropout, activation }: Omit<BlockOptions, 'heads'> & { readonly activation: Activation },
): Tensor2D => {
  const output = dense(activate(dense(x, weights.intermediate), activation), weights.output);
  const kept = dropout ? applyDropout(output, dropout.hidden, dropout.random) : output;
  return addAndNorm(x, kept, weights.norm, epsilon);
};

import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { Extent } from '../../extent.js';
import { validSlots } from '../../extent.js';
import type { EncoderOps } from '../encoder-ops.js';
import type { AffineWeights, WeightTree } from '../weights.js';
import type { TensorEngine } from './tensor-engine.js';

/** Told of a map, which is an object of the tree of weights, and what it is given: one row a slot, zeros for padding. */
export type WatchInputs = (weights: AffineWeights, inputs: Tensor2D) => void;

/** The operations of a pass at full length that tell what the maps of the encoder are given, before they are. */
export const watchInputs = (
  ops: EncoderOps<TensorEngine>,
  watch: WatchInputs,
  extent: Extent,
): EncoderOps<TensorEngine> => {
  let there = extent; // of the layer that runs, which may have taken tokens two by two
  const told = (weights: WeightTree<AffineWeights, Tensor>, x: Tensor2D, among: Extent): void => {
    const valid = validSlots(among);
    watch(weights as AffineWeights, valid ? tf.mul(x, tf.tensor2d(valid, [valid.length, 1])) : x);
  };
  return {
    ...ops,
    blocks: undefined, // nothing is told of their maps
    dense: (x, weights) => {
      told(weights, x, there);
      return ops.dense(x, weights);
    },
    attend: (queries, keys, weights, options) => {
      const { extent: before } = options.among;
      there = options.halved?.extent ?? before;
      told(weights.query, queries, there);
      told(weights.key, keys, before);
      told(weights.value, options.values ?? keys, before);
      return ops.attend(queries, keys, weights, options);
    },
  };
};

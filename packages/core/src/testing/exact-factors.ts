import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';
import type { BlockFactors, EncoderFactors, MatrixFactors, SliceFactors } from '../encoder/factors.js';
import type { AffineWeights, DenseWeights, EncoderWeights } from '../encoder/weights.js';

/** A matrix as the product of itself and an identity, whichever is on the smaller side: factors of full rank. */
const factorsOf = (weights: AffineWeights): MatrixFactors => {
  const { kernel } = weights as DenseWeights;
  const [inputs, outputs] = kernel.shape;
  return inputs <= outputs ? { down: tf.eye(inputs), up: kernel } : { down: kernel, up: tf.eye(outputs) };
};

/** Factors of full rank that give exactly the encoder's matrices. */
export const exactFactors = ({ blocks }: EncoderWeights): EncoderFactors => ({
  blocks: blocks.map(({ attention: { query, key, value, output }, feedForward }): BlockFactors => ({
    attention: {
      query: factorsOf(query),
      key: factorsOf(key),
      value: factorsOf(value),
      output: factorsOf(output),
    },
    feedForward: { intermediate: factorsOf(feedForward.intermediate), output: factorsOf(feedForward.output) },
  })),
});

export const sliceTensors: SliceFactors<Tensor> = {
  down: (factor, rank) => tf.slice(factor, [0, 0], [-1, rank]),
  up: (factor, rank) => tf.slice(factor, [0, 0], [rank, -1]),
};

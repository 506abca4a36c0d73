import type { DenseWeights, EncoderWeights, LayerNormWeights } from '@length-adaptive/core';
import { createRandom } from '@length-adaptive/core';
import * as tf from '@tensorflow/tfjs';

/** A random encoder of 3 layers, 16 wide, for examples and tests. */
export const tinyEncoder = (
  seed = 1,
  { layers = 3, size = 16, vocabulary = 50, positions = 24 } = {},
): EncoderWeights => {
  const random = createRandom(seed);
  const table = (rows: number, columns: number): tf.Tensor2D =>
    tf.tensor2d(
      Float32Array.from({ length: rows * columns }, () => random.normal() * 0.3),
      [rows, columns],
    );
  const vector = (length: number, mean = 0): tf.Tensor1D =>
    tf.tensor1d(Float32Array.from({ length }, () => mean + random.normal() * 0.1));
  const dense = (inputs: number, outputs: number): DenseWeights => ({
    kernel: table(inputs, outputs),
    bias: vector(outputs),
  });
  const norm = (): LayerNormWeights => ({ gain: vector(size, 1), bias: vector(size) });
  return {
    embeddings: {
      word: table(vocabulary, size),
      position: table(positions, size),
      tokenType: table(2, size),
      norm: norm(),
    },
    blocks: Array.from({ length: layers }, () => ({
      attention: {
        query: dense(size, size),
        key: dense(size, size),
        value: dense(size, size),
        output: dense(size, size),
        norm: norm(),
      },
      feedForward: { intermediate: dense(size, 2 * size), output: dense(2 * size, size), norm: norm() },
    })),
    heads: 4,
    layerNormEpsilon: 1e-12,
  };
};

import * as tf from '@tensorflow/tfjs';
import type { EncoderWeights } from '../encoder/weights.js';
import { createRandom } from '../random.js';
import type { TokenPredictor } from '../reducers/token-predictor.js';

/** An encoder with random weights of what a reducer learns in each of its layers. */
export const withRandomPredictors = (
  encoder: EncoderWeights,
  predictor: TokenPredictor,
  hidden: number,
  seed = 1,
): EncoderWeights => {
  const random = createRandom(seed);
  const numbers = (size: number, mean = 0): Float32Array =>
    Float32Array.from({ length: size }, () => mean + 0.3 * random.normal());
  const { maps, norms } = predictor.shape(hidden, encoder.heads);
  const named = <Size, Weights>(sizes: Readonly<Record<string, Size>>, make: (size: Size) => Weights) =>
    Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, make(size)]));
  return {
    ...encoder,
    blocks: encoder.blocks.map((block) => ({
      ...block,
      predictor: {
        maps: named(maps, ({ inputs, outputs }) => ({
          kernel: tf.tensor2d(numbers(inputs * outputs), [inputs, outputs]),
          bias: tf.tensor1d(numbers(outputs)),
        })),
        norms: named(norms, (size) => ({ gain: tf.tensor1d(numbers(size, 1)), bias: tf.tensor1d(numbers(size)) })),
      },
    })),
  };
};

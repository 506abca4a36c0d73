import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import { createRandom } from '../random.js';

/** Random numbers as a tensor. */
export const randomTensor = <T extends Tensor>(shape: readonly number[], seed: number): T => {
  const random = createRandom(seed);
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    [...shape],
  ) as T;
};

/** Asserts that the gradient of a loss agrees with central differences in a few places. */
export const expectGradient = <T extends Tensor>(loss: (x: T) => Scalar, x: T, places = 6, step = 1e-2): void => {
  tf.tidy(() => {
    const gradient = tf
      .grad(loss as (given: Tensor) => Scalar)(x)
      .dataSync();
    const values = Float32Array.from(x.dataSync());
    const at = (i: number, change: number): number => {
      const moved = values.slice();
      moved[i] = (moved[i] as number) + change;
      return loss(tf.tensor(moved, x.shape) as T).dataSync()[0] as number;
    };
    for (let place = 0; place < places; place++) {
      const i = Math.floor((place * values.length) / places);
      const slope = (at(i, step) - at(i, -step)) / (2 * step);
      expect(Math.abs((gradient[i] as number) - slope)).toBeLessThan(2e-3 + 0.02 * Math.abs(slope));
    }
  });
};

import { createRandom } from '../random.js';

/** Points of numbers from 0 to 1, from a seed. */
export const randomPoints = (count: number, width: number, seed: number): number[][] => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => Array.from({ length: width }, () => random.next()));
};

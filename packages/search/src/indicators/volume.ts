import { addStair, startStairs } from './stairs.js';

/**
 * The volume that points dominate below a corner: a sweep along the third objective over a staircase of the first two (Fonseca, Paquete
 * and López-Ibáñez, CEC 2006). A point widens the area of the staircase, and what it adds stays up to the corner. O(N log N) comparisons;
 * the staircase is an array, whose entries move at memory speed.
 *
 * @param values rows of three minimised objectives, the first `count` of them in ascending order of the third, each below the corner
 */
export const volumeBelow = (values: Float64Array, count: number, reference: Float64Array): number => {
  const [right = 0, top = 0, depth = 0] = reference;
  startStairs(right, top, count);
  let volume = 0;
  for (let at = 0; at < 3 * count; at += 3)
    volume += addStair(values[at] ?? 0, values[at + 1] ?? 0) * (depth - (values[at + 2] ?? 0));
  return volume;
};

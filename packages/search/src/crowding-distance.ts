import { orderBy } from './row-order.js';

/**
 * How much room each point of a front has: the sum over objectives of the normalised distance between its two
 * neighbours (Deb, Pratap, Agarwal and Meyarivan 2002, section III-B). The ends of an objective get Infinity;
 * an objective in which the whole front is equal adds nothing.
 *
 * @param values rows of minimised objective values
 * @param objectives how many values a row has
 * @param front the rows that make up the front
 * @returns one distance for each member of `front`, in the same order
 */
export const crowdingDistance = (values: Float64Array, objectives: number, front: Uint32Array): Float64Array => {
  const size = front.length;
  const distances = new Float64Array(size);
  const column = new Float64Array(size);
  for (let m = 0; m < objectives; m += 1) {
    for (let i = 0; i < size; i += 1) column[i] = values[(front[i] ?? 0) * objectives + m] ?? 0;
    const order = orderBy(column);
    const first = order[0] ?? 0;
    const last = order[size - 1] ?? 0;
    const range = (column[last] ?? 0) - (column[first] ?? 0);
    if (!(range > 0)) continue;
    distances[first] = Infinity;
    distances[last] = Infinity;
    for (let i = 1; i < size - 1; i += 1) {
      const gap = (column[order[i + 1] ?? 0] ?? 0) - (column[order[i - 1] ?? 0] ?? 0);
      const member = order[i] ?? 0;
      distances[member] = (distances[member] ?? 0) + gap / range;
    }
  }
  return distances;
};

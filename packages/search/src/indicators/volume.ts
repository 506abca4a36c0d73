import { rowOrder } from './row-order.js';

/**
 * The volume that points dominate below a corner: a sweep along the third objective over a staircase of the first two (Fonseca, Paquete
 * and López-Ibáñez, CEC 2006). A point widens the area of the staircase, and what it adds stays up to the corner. O(N log N) comparisons;
 * the staircase is an array, whose entries move at memory speed.
 *
 * @param values rows of three minimised objectives
 */
export const volumeBelow = (values: Float64Array, reference: Float64Array): number => {
  const [right = 0, top = 0, depth = 0] = reference;
  const order = rowOrder(values, 3);
  // The stairs: x ascends, y descends; between an end that lets everything pass and one that stops everything.
  const xs = new Float64Array(order.length + 2);
  const ys = new Float64Array(order.length + 2);
  xs.set([-Infinity, right]);
  ys.set([top, -Infinity]);
  let count = 2;
  let volume = 0;
  for (const point of order) {
    const x = values[3 * point] ?? 0;
    const y = values[3 * point + 1] ?? 0;
    const z = values[3 * point + 2] ?? 0;
    if (x >= right || y >= top || z >= depth) continue;
    let first = 1; // the first stair that is not left of x
    for (let high = count - 1; first < high;) {
      const middle = (first + high) >>> 1;
      if ((xs[middle] ?? 0) < x) first = middle + 1;
      else high = middle;
    }
    let ceiling = ys[first - 1] ?? 0;
    if (ceiling <= y || (xs[first] === x && (ys[first] ?? 0) <= y)) continue;
    let area = 0;
    let left = x;
    let next = first; // stairs from `first` up to it are dominated
    for (; next < count && (ys[next] ?? 0) >= y; next += 1) {
      area += ((xs[next] ?? 0) - left) * (ceiling - y);
      left = xs[next] ?? 0;
      ceiling = ys[next] ?? 0;
    }
    area += ((xs[next] ?? 0) - left) * (ceiling - y);
    volume += area * (depth - z);
    xs.copyWithin(first + 1, next, count);
    ys.copyWithin(first + 1, next, count);
    xs[first] = x;
    ys[first] = y;
    count += 1 - (next - first);
  }
  return volume;
};

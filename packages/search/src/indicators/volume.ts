/** The stairs of a sweep, for as many points as there ever were: x ascends, y descends. */
let xs = new Float64Array(64);
let ys = new Float64Array(64);

/**
 * The volume that points dominate below a corner: a sweep along the third objective over a staircase of the first two (Fonseca, Paquete
 * and López-Ibáñez, CEC 2006). A point widens the area of the staircase, and what it adds stays up to the corner. O(N log N) comparisons;
 * the staircase is an array, whose entries move at memory speed.
 *
 * @param values rows of three minimised objectives, the first `count` of them in ascending order of the third
 */
export const volumeBelow = (values: Float64Array, count: number, reference: Float64Array): number => {
  const [right = 0, top = 0, depth = 0] = reference;
  if (xs.length < count + 2) [xs, ys] = [new Float64Array(2 * count + 2), new Float64Array(2 * count + 2)];
  // Between an end that lets everything pass and one that stops everything.
  xs[0] = -Infinity;
  xs[1] = right;
  ys[0] = top;
  ys[1] = -Infinity;
  let stairs = 2;
  let volume = 0;
  for (let at = 0; at < 3 * count; at += 3) {
    const x = values[at] ?? 0;
    const y = values[at + 1] ?? 0;
    const z = values[at + 2] ?? 0;
    if (x >= right || y >= top || z >= depth) continue;
    let first = 1; // the first stair that is not left of x
    for (let high = stairs - 1; first < high;) {
      const middle = (first + high) >>> 1;
      if ((xs[middle] ?? 0) < x) first = middle + 1;
      else high = middle;
    }
    let ceiling = ys[first - 1] ?? 0;
    if (ceiling <= y || (xs[first] === x && (ys[first] ?? 0) <= y)) continue;
    let area = 0;
    let left = x;
    let next = first; // stairs from `first` up to it are dominated
    for (; next < stairs && (ys[next] ?? 0) >= y; next += 1) {
      area += ((xs[next] ?? 0) - left) * (ceiling - y);
      left = xs[next] ?? 0;
      ceiling = ys[next] ?? 0;
    }
    area += ((xs[next] ?? 0) - left) * (ceiling - y);
    volume += area * (depth - z);
    if (next === first) {
      for (let i = stairs; i > first; i -= 1) {
        xs[i] = xs[i - 1] ?? 0;
        ys[i] = ys[i - 1] ?? 0;
      }
    } else if (next > first + 1) {
      xs.copyWithin(first + 1, next, stairs);
      ys.copyWithin(first + 1, next, stairs);
    }
    xs[first] = x;
    ys[first] = y;
    stairs += 1 - (next - first);
  }
  return volume;
};

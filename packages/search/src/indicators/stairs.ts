/**
 * The stairs of a sweep, for as many points as there ever were: x ascends, y descends. What lies right of a stair and above it is covered.
 * There is one set of them: a sweep starts it anew, and no sweep starts while another one runs.
 */
let xs = new Float64Array(64);
let ys = new Float64Array(64);
let stairs = 0;

/** Nothing is covered up to a corner. @param most how many points may come */
export const startStairs = (right: number, top: number, most: number): void => {
  if (xs.length < most + 2) [xs, ys] = [new Float64Array(2 * most + 2), new Float64Array(2 * most + 2)];
  // Between an end that lets everything pass and one that stops everything.
  xs[0] = -Infinity;
  xs[1] = right;
  ys[0] = top;
  ys[1] = -Infinity;
  stairs = 2;
};

/** The area that a point covers and no stair before it did; the point becomes a stair. */
export const addStair = (x: number, y: number): number => {
  let first = 1; // the first stair that is not left of x
  for (let high = stairs - 1; first < high;) {
    const middle = (first + high) >>> 1;
    if ((xs[middle] ?? 0) < x) first = middle + 1;
    else high = middle;
  }
  let ceiling = ys[first - 1] ?? 0;
  if (ceiling <= y || (xs[first] === x && (ys[first] ?? 0) <= y)) return 0;
  let area = 0;
  let left = x;
  let next = first; // stairs from `first` up to it are covered
  for (; next < stairs && (ys[next] ?? 0) >= y; next += 1) {
    area += ((xs[next] ?? 0) - left) * (ceiling - y);
    left = xs[next] ?? 0;
    ceiling = ys[next] ?? 0;
  }
  area += ((xs[next] ?? 0) - left) * (ceiling - y);
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
  return area;
};

import { compareRows, rowDominates } from './dominance.js';
import { rowOrder } from './row-order.js';

/** Points sorted into fronts; front 0 is dominated by nobody, front k only by points of fronts before it. */
export interface NonDominatedSort {
  /** The front of every point. */
  readonly ranks: Uint32Array;
  /** The points of every front, in ascending order of their position. */
  readonly fronts: readonly Uint32Array[];
}

/**
 * Two objectives, O(N log N): in lexicographic order a point is dominated by a front exactly when the front's
 * last second objective is not above its own, and those last values ascend from front to front, so a binary
 * search finds the front. Equal points share one.
 */
const sweep = (values: Float64Array, order: Uint32Array, ranks: Uint32Array): number => {
  const lasts = new Float64Array(order.length);
  let fronts = 0;
  let previous = -1;
  for (const point of order) {
    const x = values[2 * point] ?? 0;
    const y = values[2 * point + 1] ?? 0;
    if (previous >= 0 && values[2 * previous] === x && values[2 * previous + 1] === y) {
      ranks[point] = ranks[previous] ?? 0;
    } else {
      let low = 0;
      let high = fronts;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((lasts[middle] ?? 0) > y) high = middle;
        else low = middle + 1;
      }
      lasts[low] = y;
      ranks[point] = low;
      if (low === fronts) fronts += 1;
    }
    previous = point;
  }
  return fronts;
};

/** The second and third objectives of a front's members that no other of them covers there: the second ascends, the third descends. */
interface Stairs {
  readonly ys: number[];
  readonly zs: number[];
}

/** How many of some ascending numbers are not above `limit`. */
const countUpTo = (ascending: readonly number[], limit: number): number => {
  let low = 0;
  for (let high = ascending.length; low < high;) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) > limit) high = middle;
    else low = middle + 1;
  }
  return low;
};

/**
 * Three objectives, O(N log² N) comparisons: in lexicographic order a point is dominated by a front exactly when a stair of the front is above
 * it in neither of the other two objectives. What a front dominates, the front before it dominates too, so binary search finds the
 * front, and binary search finds the stair (after Jensen, IEEE TEVC 2003). Equal points share a front.
 */
const sweepStairs = (values: Float64Array, order: Uint32Array, ranks: Uint32Array): number => {
  const fronts: Stairs[] = [];
  let previous = -1;
  for (const point of order) {
    const y = values[3 * point + 1] ?? 0;
    const z = values[3 * point + 2] ?? 0;
    const isEqual = previous >= 0 && compareRows(values, 3, previous, point) === 0;
    if (isEqual) ranks[point] = ranks[previous] ?? 0;
    previous = point;
    if (isEqual) continue;
    let low = 0;
    for (let high = fronts.length; low < high;) {
      const middle = (low + high) >>> 1;
      const { ys, zs } = fronts[middle] as Stairs;
      const below = countUpTo(ys, y);
      if (below > 0 && (zs[below - 1] ?? 0) <= z) low = middle + 1;
      else high = middle;
    }
    ranks[point] = low;
    const { ys, zs } = (fronts[low] ??= { ys: [], zs: [] });
    const end = countUpTo(ys, y);
    const start = end > 0 && ys[end - 1] === y ? end - 1 : end; // a stair of the same second objective is higher
    let covered = start;
    while (covered < zs.length && (zs[covered] ?? 0) >= z) covered += 1;
    ys.splice(start, covered - start, y);
    zs.splice(start, covered - start, z);
  }
  return fronts.length;
};

/**
 * Any number of objectives: efficient non-dominated sort with sequential search (ENS-SS; Zhang, Tian, Cheng and Jin,
 * IEEE TEVC 2015). O(N) memory, O(M N^2) time at worst. Each front is a linked list, newest member first.
 */
const sequentialSearch = (values: Float64Array, objectives: number, order: Uint32Array, ranks: Uint32Array): number => {
  const newest = new Int32Array(order.length).fill(-1); // by front
  const older = new Int32Array(order.length); // by point
  let fronts = 0;
  for (const point of order) {
    let front = 0;
    for (; front < fronts; front += 1) {
      let member = newest[front] ?? -1;
      while (member >= 0 && !rowDominates(values, objectives, member, point)) member = older[member] ?? -1;
      if (member < 0) break;
    }
    older[point] = newest[front] ?? -1;
    newest[front] = point;
    ranks[point] = front;
    if (front === fronts) fronts += 1;
  }
  return fronts;
};

/** Counting sort of the points by rank; every front is a view into one buffer. */
const gatherFronts = (ranks: Uint32Array, fronts: number): Uint32Array[] => {
  const ends = new Uint32Array(fronts + 1);
  for (const rank of ranks) ends[rank + 1] = (ends[rank + 1] ?? 0) + 1;
  for (let k = 0; k < fronts; k += 1) ends[k + 1] = (ends[k + 1] ?? 0) + (ends[k] ?? 0);
  const starts = ends.slice();
  const members = new Uint32Array(ranks.length);
  ranks.forEach((rank, point) => {
    const slot = starts[rank] ?? 0;
    members[slot] = point;
    starts[rank] = slot + 1;
  });
  return Array.from({ length: fronts }, (_, k) => members.subarray(ends[k], ends[k + 1]));
};

/**
 * Sorts points into non-dominated fronts: sweeps for two objectives, O(N log N), and for three, O(N log² N); ENS-SS for any other number.
 *
 * @param values rows of objective values, all minimised: point i is `values[i * objectives ... + objectives]`; no NaN
 * @param objectives how many values a row has
 * @example
 * nonDominatedSort(new Float64Array([1, 4, 2, 2, 3, 3]), 2).ranks; // Uint32Array [0, 0, 1]
 */
export const nonDominatedSort = (values: Float64Array, objectives: number): NonDominatedSort => {
  const order = rowOrder(values, objectives, 0);
  const ranks = new Uint32Array(order.length);
  const sweepFor = objectives === 2 ? sweep : objectives === 3 ? sweepStairs : undefined;
  const fronts = sweepFor ? sweepFor(values, order, ranks) : sequentialSearch(values, objectives, order, ranks);
  return { ranks, fronts: gatherFronts(ranks, fronts) };
};

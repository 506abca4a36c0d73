import { rowOrder } from './row-order.js';
import { volumeBelow } from './volume.js';

/** What all sets of one number of objectives share: sets of more objectives hand theirs down, one at a time. */
interface Level {
  /** The reference in these objectives. */
  readonly corner: Float64Array;
  /** Room for a set of rows. */
  readonly rows: Float64Array;
  /** Room for their order by the last but one objective. */
  readonly order: Uint32Array;
}

/** Below this many rows insertion is the fastest way to sort them. */
const FEW = 80;

/**
 * Where rows start, in ascending order of the last but one objective: the order in which rows limited to a box of theirs are wanted.
 *
 * @param order room for it; its first `count` places are it
 */
const sortInner = (values: Float64Array, objectives: number, order: Uint32Array, count: number): void => {
  const key = objectives - 2;
  for (let i = 0; i < count; i += 1) order[i] = i * objectives;
  if (count > FEW) {
    order.subarray(0, count).sort((a, b) => (values[a + key] ?? 0) - (values[b + key] ?? 0) || a - b);
    return;
  }
  for (let i = 1; i < count; i += 1) {
    const row = order[i] ?? 0;
    const value = values[row + key] ?? 0;
    let place = i;
    for (; place > 0 && (values[(order[place - 1] ?? 0) + key] ?? 0) > value; place -= 1)
      order[place] = order[place - 1] ?? 0;
    order[place] = row;
  }
};

/**
 * Row `count` has just been written behind `count` rows that do not cover each other and are not above it in the last objective: keeps those
 * that none covers, and tells how many. The new row covers none but those that are its equals in the last objective.
 */
const keepUncovered = (values: Float64Array, width: number, count: number): number => {
  const own = count * width;
  for (let row = own - width; row >= 0; row -= width) {
    let m = 0;
    while (m < width && (values[row + m] ?? 0) <= (values[own + m] ?? 0)) m += 1;
    if (m === width) return count;
  }
  const last = values[own + width - 1] ?? 0;
  let kept = count;
  while (kept > 0 && values[kept * width - 1] === last) kept -= 1;
  for (let row = kept; row <= count; row += 1) {
    const at = row * width;
    let m = row === count ? 0 : width;
    if (row < count) for (m = 0; m < width && (values[own + m] ?? 0) <= (values[at + m] ?? 0);) m += 1;
    if (m === width) continue; // the new row covers it
    if (kept < row) values.copyWithin(kept * width, at, at + width);
    kept += 1;
  }
  return kept;
};

/** The volume of one box, or of two: what both have, less what they share. */
const ofTwoAtMost = (values: Float64Array, count: number, corner: Float64Array): number => {
  const objectives = corner.length;
  let [first, second, shared] = [1, 1, 1];
  for (let m = 0; m < objectives; m += 1) {
    const end = corner[m] ?? 0;
    const one = end - (values[m] ?? 0);
    const other = end - (values[objectives + m] ?? 0);
    first *= one;
    second *= other;
    shared *= one < other ? one : other;
  }
  return count === 1 ? first : first + second - shared;
};

/** WFG for rows in ascending order of the last objective. */
const sorted = (values: Float64Array, count: number, objectives: number, levels: readonly Level[]): number => {
  const level = levels[objectives] as Level;
  const { corner } = level;
  if (count <= 2) return ofTwoAtMost(values, count, corner);
  if (objectives === 3) return volumeBelow(values, count, corner);
  const { order } = level;
  const width = objectives - 1;
  const limited = (levels[width] as Level).rows;
  sortInner(values, objectives, order, count);
  let volume = 0;
  let left = count; // rows that are not above `own` in the last objective
  for (let own = (count - 1) * objectives; own >= 0; own -= objectives) {
    let kept = 0;
    let better = 0;
    for (let i = 0; i < left; i += 1) {
      const other = order[i] ?? 0;
      if (other === own) continue; // it leaves the order
      order[better] = other;
      better += 1;
      const at = kept * width;
      for (let m = 0; m < width; m += 1) {
        const [x, y] = [values[own + m] ?? 0, values[other + m] ?? 0];
        limited[at + m] = x > y ? x : y;
      }
      kept = width === 3 ? kept + 1 : keepUncovered(limited, width, kept); // the sweep needs no filter
    }
    left = better;
    let box = 1;
    for (let m = 0; m < width; m += 1) box *= (corner[m] ?? 0) - (values[own + m] ?? 0);
    const exclusive = box - (kept === 0 ? 0 : sorted(limited, kept, width, levels));
    volume += exclusive * ((corner[width] ?? 0) - (values[own + width] ?? 0));
  }
  return volume;
};

/**
 * The hypervolume of three objectives and more (WFG; While, Bradstreet and Barone, "A fast way of calculating exact hypervolumes", IEEE
 * TEVC 2012). Points are taken by the last objective, worst first. What one adds to those after it is the box it dominates, less what the
 * others dominate of that box. Limited to the box, all of them are as bad as it in the last objective, so that one is a factor, and
 * one objective less is left at each step of the recursion, down to the sweep of three.
 *
 * Rows are sorted once for each set, not for each box of it: limiting rows to a box does not change their order.
 *
 * @param values rows of minimised objectives, each of them below the reference
 */
export const wfg = (values: Float64Array, reference: Float64Array): number => {
  const objectives = reference.length;
  const order = rowOrder(values, objectives);
  const rows = new Float64Array(values.length);
  order.forEach((row, i) => rows.set(values.subarray(row * objectives, (row + 1) * objectives), i * objectives));
  const levels = Array.from({ length: objectives + 1 }, (_, width): Level => ({
    corner: reference.subarray(0, width),
    rows: new Float64Array(width < 3 ? 0 : order.length * width),
    order: new Uint32Array(width < 4 ? 0 : order.length),
  }));
  return sorted(rows, order.length, objectives, levels);
};

import { covers } from './covers.js';
import { rowOrder } from './row-order.js';
import { volumeBelow } from './volume.js';

/** Row `count` has just been written behind `count` rows that do not cover each other: keeps those that none covers, tells how many. */
const keepUncovered = (values: Float64Array, width: number, count: number): number => {
  for (let row = 0; row < count; row += 1) if (covers(values, width, row, count)) return count;
  let kept = 0;
  for (let row = 0; row <= count; row += 1) {
    if (row < count && covers(values, width, count, row)) continue;
    if (kept < row) values.copyWithin(kept * width, row * width, (row + 1) * width);
    kept += 1;
  }
  return kept;
};

/**
 * The hypervolume of three objectives and more (WFG; While, Bradstreet and Barone, "A fast way of calculating exact hypervolumes", IEEE
 * TEVC 2012). Points are taken by the last objective, worst first. What one adds to those after it is the box it dominates, less what the
 * others dominate of that box. Limited to the box, all of them are as bad as it in the last objective, so that one is a factor, and
 * one objective less is left at each step of the recursion, down to the sweep of three.
 *
 * @param values rows of minimised objectives, each of them below the reference
 */
export const wfg = (values: Float64Array, reference: Float64Array): number => {
  const objectives = reference.length;
  if (objectives === 3) return volumeBelow(values, reference);
  const width = objectives - 1;
  const corner = reference.subarray(0, width);
  const order = rowOrder(values, objectives);
  const limited = new Float64Array(order.length * width);
  let volume = 0;
  for (let k = order.length - 1; k >= 0; k -= 1) {
    const own = (order[k] ?? 0) * objectives;
    let count = 0;
    for (let j = 0; j < k; j += 1) {
      const other = (order[j] ?? 0) * objectives;
      for (let m = 0; m < width; m += 1)
        limited[count * width + m] = Math.max(values[own + m] ?? 0, values[other + m] ?? 0);
      count = width > 3 ? keepUncovered(limited, width, count) : count + 1; // the sweep needs no filter
    }
    let box = 1;
    for (let m = 0; m < width; m += 1) box *= (corner[m] ?? 0) - (values[own + m] ?? 0);
    const exclusive = box - (count === 0 ? 0 : wfg(limited.subarray(0, count * width), corner));
    volume += exclusive * ((reference[width] ?? 0) - (values[own + width] ?? 0));
  }
  return volume;
};

import { rowOrder } from '../row-order.js';
import { limitTo, putIn, type Level } from './levels.js';
import { volumeOfFour } from './volume-of-four.js';
import { volumeBelow } from './volume.js';

/** The volume of one box, or of two: what both have, less what they share. */
const ofTwoAtMost = (values: Float64Array, count: number, corner: Float64Array): number => {
  let first = 1;
  let second = 1;
  let shared = 1;
  for (let m = 0; m < corner.length; m += 1) {
    const end = corner[m] ?? 0;
    const one = end - (values[m] ?? 0);
    const other = end - (values[corner.length + m] ?? 0);
    first *= one;
    second *= other;
    shared *= Math.min(one, other);
  }
  return count === 1 ? first : first + second - shared;
};

/** WFG for rows in ascending order of the last objective. */
const sorted = (values: Float64Array, count: number, objectives: number, levels: readonly Level[]): number => {
  const { corner } = levels[objectives] as Level;
  if (count <= 2) return ofTwoAtMost(values, count, corner);
  if (objectives === 3) return volumeBelow(values, count, corner);
  if (objectives === 4) return volumeOfFour(values, count, corner);
  const width = objectives - 1;
  const level = levels[width] as Level;
  let volume = 0;
  let size = 0;
  for (let own = 0; own < count * objectives; own += objectives) {
    const kept = limitTo(values, own, level, size);
    if (kept < 0) continue;
    let box = 1;
    for (let m = 0; m < width; m += 1) box *= (corner[m] ?? 0) - (values[own + m] ?? 0);
    const exclusive = box - (kept > 0 ? sorted(level.limited, kept, width, levels) : 0);
    volume += exclusive * ((corner[width] ?? 0) - (values[own + width] ?? 0));
    size = putIn(values, own, level, size);
  }
  return volume;
};

/**
 * The hypervolume of three objectives and more (WFG; While, Bradstreet and Barone, "A fast way of calculating exact hypervolumes", IEEE
 * TEVC 2012). Points are taken by the last objective, best first. What one adds to those before it is the box it dominates, less what they
 * dominate of that box. Limited to the box, all of them are as good as it in the last objective, so that one is a factor, and
 * one objective less is left at each step of the recursion, down to the sweeps of four and three.
 *
 * Points that a later one covers in all objectives but the last are left out from there on; the others stay in order.
 *
 * @param values rows of minimised objectives, each of them below the reference
 */
export const wfg = (values: Float64Array, reference: Float64Array): number => {
  const objectives = reference.length;
  const order = rowOrder(values, objectives, objectives - 1);
  const rows = new Float64Array(values.length);
  for (let i = 0, to = 0; i < order.length; i += 1) {
    const from = (order[i] ?? 0) * objectives;
    for (let m = 0; m < objectives; m += 1, to += 1) rows[to] = values[from + m] ?? 0;
  }
  const levels = Array.from({ length: objectives + 1 }, (_, width): Level => {
    const room = width < 4 || width === objectives ? 0 : order.length * width;
    return {
      width,
      corner: reference.subarray(0, width),
      staircase: new Float64Array(room),
      limited: new Float64Array(room),
    };
  });
  return sorted(rows, order.length, objectives, levels);
};

import { compareRows } from './dominance.js';

/**
 * Places in ascending order of their keys, equal ones in theirs unless `tie` says otherwise: a merge sort, several times as fast as the platform's with a
 * comparator.
 */
export const orderBy = (keys: Float64Array, tie: (a: number, b: number) => number = () => 0): Uint32Array => {
  const count = keys.length;
  let from = new Uint32Array(count);
  let into = new Uint32Array(count);
  for (let i = 0; i < count; i += 1) from[i] = i;
  for (let width = 1; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(start + width, count);
      const end = Math.min(middle + width, count);
      let left = start;
      let right = middle;
      for (let at = start; at < end; at += 1) {
        const a = from[left] ?? 0;
        const b = from[right] ?? 0;
        const x = keys[a] ?? 0;
        const y = keys[b] ?? 0;
        const isLeft = left < middle && (right === end || x < y || (x === y && tie(a, b) <= 0));
        into[at] = isLeft ? a : b;
        if (isLeft) left += 1;
        else right += 1;
      }
    }
    [from, into] = [into, from];
  }
  return from;
};

/** Row numbers in ascending order of one objective, ties by all of them in turn; equal rows keep their order. */
export const rowOrder = (values: Float64Array, objectives: number, objective: number): Uint32Array => {
  const keys = new Float64Array(values.length / objectives);
  for (let i = 0; i < keys.length; i += 1) keys[i] = values[i * objectives + objective] ?? 0;
  return orderBy(keys, (a, b) => compareRows(values, objectives, a, b));
};

import { addStair, startStairs } from './stairs.js';

/** Rows so far that none covers in the first three objectives, in ascending order of the third. */
let rows = new Float64Array(0);

/**
 * The hypervolume of four objectives: a sweep along the fourth (after HV4D; Guerreiro, Fonseca and Emmerich, CCCG 2012). What a row adds in
 * the first three objectives stays up to the corner; it is what those before it leave free of its box, layer by layer along the third.
 * What a row covers in three objectives, later rows need not be shown. Boxes usually have few stairs: about O(N²).
 *
 * @param values rows of four minimised objectives, the first `count` of them in ascending order of the fourth, each below the corner
 */
export const volumeOfFour = (values: Float64Array, count: number, corner: Float64Array): number => {
  const [right = 0, top = 0, depth = 0, end = 0] = corner;
  if (rows.length < 3 * count) rows = new Float64Array(6 * count);
  let size = 0;
  let volume = 0;
  for (let at = 0; at < 4 * count; at += 4) {
    const x = values[at] ?? 0;
    const y = values[at + 1] ?? 0;
    const z = values[at + 2] ?? 0;
    startStairs(right, top, size + 1);
    let free = (right - x) * (top - y);
    let own = 0;
    let height = z; // up to which `own` is counted
    let place = 0; // where the row belongs
    for (let row = 0; row < size; row += 3) {
      const third = rows[row + 2] ?? 0;
      if (third <= z) place = row + 3;
      else {
        own += free * (third - height);
        height = third;
      }
      const first = rows[row] ?? 0;
      const second = rows[row + 1] ?? 0;
      if (first <= x && second <= y) {
        free = 0;
        break;
      }
      free -= addStair(first > x ? first : x, second > y ? second : y);
    }
    own += free * (depth - height);
    if (own <= 0) continue; // covered before
    volume += own * (end - (values[at + 3] ?? 0));
    let kept = place;
    for (let row = place; row < size; row += 3) {
      const first = rows[row] ?? 0;
      const second = rows[row + 1] ?? 0;
      if (first >= x && second >= y) continue; // the new row covers it
      if (kept < row) {
        rows[kept] = first;
        rows[kept + 1] = second;
        rows[kept + 2] = rows[row + 2] ?? 0;
      }
      kept += 3;
    }
    rows.copyWithin(place + 3, place, kept);
    rows[place] = x;
    rows[place + 1] = y;
    rows[place + 2] = z;
    size = kept + 3;
  }
  return volume;
};

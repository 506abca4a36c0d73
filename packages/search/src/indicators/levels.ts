/** What all sets of rows of one width share: sets of wider rows hand theirs down, one at a time. */
export interface Level {
  readonly width: number;
  /** The reference in these objectives. */
  readonly corner: Float64Array;
  /** Room for rows of one set, in ascending order of the last objective; none covers another. */
  readonly staircase: Float64Array;
  /** Room for the same rows, limited to a box. */
  readonly limited: Float64Array;
}

/**
 * Limits the rows of a staircase to the box of a row, and keeps those that no other then covers, in order. The first three objectives are
 * told apart by hand: they decide most comparisons.
 *
 * @param size how many values the staircase has
 * @returns how many rows are kept; -1 where the row of the box is covered itself
 */
export const limitTo = (row: Float64Array, at: number, { width, staircase, limited }: Level, size: number): number => {
  const x = row[at] ?? 0;
  const y = row[at + 1] ?? 0;
  const z = row[at + 2] ?? 0;
  const last = width - 1;
  let kept = 0; // values
  for (let other = 0; other < size; other += width) {
    const ownX = Math.max(x, staircase[other] ?? 0);
    const ownY = Math.max(y, staircase[other + 1] ?? 0);
    const ownZ = Math.max(z, staircase[other + 2] ?? 0);
    limited[kept] = ownX;
    limited[kept + 1] = ownY;
    limited[kept + 2] = ownZ;
    let isCovered = ownX === x && ownY === y && ownZ === z;
    for (let m = 3; m < width; m += 1) {
      const limit = row[at + m] ?? 0;
      const value = Math.max(limit, staircase[other + m] ?? 0);
      limited[kept + m] = value;
      isCovered &&= value === limit;
    }
    if (isCovered) return -1;
    let before = kept - width;
    for (; before >= 0; before -= width) {
      if ((limited[before] ?? 0) > ownX || (limited[before + 1] ?? 0) > ownY || (limited[before + 2] ?? 0) > ownZ)
        continue;
      let m = 3;
      while (m < last && (limited[before + m] ?? 0) <= (limited[kept + m] ?? 0)) m += 1;
      if (m === last) break;
    }
    if (before >= 0) continue;
    // It covers none but those that are its equals in the last objective.
    const height = limited[kept + last];
    let end = kept;
    while (end > 0 && limited[end - 1] === height) end -= width;
    for (let old = end; old <= kept; old += width) {
      let m = last + 1;
      if (
        old < kept &&
        ownX <= (limited[old] ?? 0) &&
        ownY <= (limited[old + 1] ?? 0) &&
        ownZ <= (limited[old + 2] ?? 0)
      )
        m = 3;
      while (m < last && (limited[kept + m] ?? 0) <= (limited[old + m] ?? 0)) m += 1;
      if (m === last) continue;
      if (end < old) limited.copyWithin(end, old, old + width);
      end += width;
    }
    kept = end;
  }
  return kept / width;
};

/** Takes what a row covers out of a staircase of `size` values, and puts the row in its place; tells how many values there are then. */
export const putIn = (row: Float64Array, at: number, { width, staircase }: Level, size: number): number => {
  const last = row[at + width - 1] ?? 0;
  let place = 0;
  let kept = 0;
  for (let other = 0; other < size; other += width) {
    let m = 0;
    if ((staircase[other + width - 1] ?? 0) <= last) place = other + width;
    else while (m < width && (row[at + m] ?? 0) <= (staircase[other + m] ?? 0)) m += 1;
    if (m === width) continue;
    if (kept < other) staircase.copyWithin(kept, other, other + width);
    kept += width;
  }
  staircase.copyWithin(place + width, place, kept);
  for (let m = 0; m < width; m += 1) staircase[place + m] = row[at + m] ?? 0;
  return kept + width;
};

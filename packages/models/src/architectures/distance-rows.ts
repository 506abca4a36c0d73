/**
 * The row of a table that each distance of a key from a query has, from the farthest behind it to the farthest before it.
 *
 * @param positions most tokens of an input
 * @param rowOf the row of a distance
 */
export const distanceRows = (positions: number, rowOf: (distance: number) => number): readonly number[] =>
  Array.from({ length: 2 * positions - 1 }, (_, i) => rowOf(i - positions + 1));

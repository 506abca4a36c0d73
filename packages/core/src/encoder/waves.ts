/** Tables that are there already, by their width: distances from the farthest to the nearest and on to the farthest. */
const known = new Map<number, { readonly reach: number; readonly values: Float32Array }>();

const compute = (size: number, reach: number): Float32Array => {
  const half = size / 2;
  const values = new Float32Array((2 * reach + 1) * size);
  for (let row = 0; row <= 2 * reach; row++) {
    const before = reach - row; // how far a key stands before the query
    for (let i = 0; i < half; i++) {
      const angle = before * 10000 ** (-i / half);
      values[row * size + i] = Math.sin(angle);
      values[row * size + half + i] = Math.cos(angle);
    }
  }
  return values;
};

/**
 * Sines and cosines of the distances of keys from a query, from -reach (before it) to reach (behind it): [2 * reach + 1, size]. Computed in double
 * precision, and kept.
 */
export const waveValues = (size: number, reach: number): Float32Array => {
  let table = known.get(size);
  if (!table || table.reach < reach) {
    table = { reach, values: compute(size, reach) };
    known.set(size, table);
  }
  return table.values.subarray((table.reach - reach) * size, (table.reach + reach + 1) * size);
};

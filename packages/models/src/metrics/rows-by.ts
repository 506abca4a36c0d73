/** The rows of each key, in their order; the keys in that of their first rows. */
export const rowsBy = <Key>(keys: readonly Key[]): Map<Key, number[]> => {
  const rows = new Map<Key, number[]>();
  keys.forEach((key, row) => {
    const known = rows.get(key);
    if (known) known.push(row);
    else rows.set(key, [row]);
  });
  return rows;
};

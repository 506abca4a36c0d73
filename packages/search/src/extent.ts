/** The least and the most of some numbers, however many; Infinity and -Infinity of none. */
export const extentOf = (values: Iterable<number>): { readonly least: number; readonly most: number } => {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return { least, most };
};

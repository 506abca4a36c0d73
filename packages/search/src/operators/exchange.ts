/** Exchanges gene `i` of two arrays, in place. */
export const exchange = <Gene>(first: Gene[], second: Gene[], i: number): void => {
  const held = first[i] as Gene;
  first[i] = second[i] as Gene;
  second[i] = held;
};

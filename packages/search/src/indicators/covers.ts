/** Is no value of row `a` above that of row `b`: does it dominate or equal it? Values are minimised. */
export const covers = (values: Float64Array, objectives: number, a: number, b: number): boolean => {
  for (let m = 0; m < objectives; m += 1) {
    if ((values[a * objectives + m] ?? 0) > (values[b * objectives + m] ?? 0)) return false;
  }
  return true;
};

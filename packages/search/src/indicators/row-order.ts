/** Row numbers in ascending order of the last objective, ties by the one before it, and so on: the same for every order of the rows. */
export const rowOrder = (values: Float64Array, objectives: number): Uint32Array => {
  const order = new Uint32Array(values.length / objectives);
  for (let i = 0; i < order.length; i += 1) order[i] = i;
  return order.sort((a, b) => {
    for (let m = objectives - 1; m >= 0; m -= 1) {
      const difference = (values[a * objectives + m] ?? 0) - (values[b * objectives + m] ?? 0);
      if (difference !== 0) return difference;
    }
    return a - b;
  });
};

/** The distance of DTLZ2, DTLZ4 and DTLZ5: the sum of `(x - 0.5)²` from a gene on. */
export const squaredDistance = (x: readonly number[], from: number): number => {
  let sum = 0;
  for (let i = from; i < x.length; i += 1) {
    const gene = (x[i] ?? 0) - 0.5;
    sum += gene * gene;
  }
  return sum;
};

/** The distance of DTLZ1 and DTLZ3, full of local fronts: a hundred times the sum of `1 + (x - 0.5)² - cos(20 pi (x - 0.5))`. */
export const ruggedDistance = (x: readonly number[], from: number): number => {
  let sum = x.length - from;
  for (let i = from; i < x.length; i += 1) {
    const gene = (x[i] ?? 0) - 0.5;
    sum += gene * gene - Math.cos(20 * Math.PI * gene);
  }
  return 100 * sum;
};

/** Ranks from 0; equal values share the mean of theirs. */
const ranksOf = (values: ArrayLike<number>): Float64Array => {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Float64Array(values.length);
  for (let first = 0; first < order.length;) {
    let end = first + 1;
    while (end < order.length && values[order[end] ?? 0] === values[order[first] ?? 0]) end += 1;
    for (let k = first; k < end; k += 1) ranks[order[k] ?? 0] = (first + end - 1) / 2;
    first = end;
  }
  return ranks;
};

/**
 * Spearman's rank correlation, ties sharing ranks: from -1 to 1, 0 where one side has a single value or there are fewer
 * than two.
 */
export const rankCorrelation = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const middle = (x.length - 1) / 2;
  let [product, squareX, squareY] = [0, 0, 0];
  for (let i = 0; i < x.length; i += 1) {
    const [p, q] = [(x[i] ?? 0) - middle, (y[i] ?? 0) - middle];
    product += p * q;
    squareX += p * p;
    squareY += q * q;
  }
  return squareX > 0 && squareY > 0 ? product / Math.sqrt(squareX * squareY) : 0;
};

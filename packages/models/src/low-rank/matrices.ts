/** Dense matrices in host memory, row after row, in double precision. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** [rows * columns] */
  readonly data: Float64Array;
}

export const matrix = (rows: number, columns: number, values?: ArrayLike<number>): Matrix => ({
  rows,
  columns,
  data: values === undefined ? new Float64Array(rows * columns) : Float64Array.from(values),
});

/** Rows of B that are added up at once: each number of the product is then fetched and stored a quarter as often. */
const together = 4;

/** A B */
export const multiply = (a: Matrix, b: Matrix): Matrix => {
  if (a.columns !== b.rows) throw new RangeError(`[${a.rows}, ${a.columns}] times [${b.rows}, ${b.columns}]`);
  const product = matrix(a.rows, b.columns);
  const [{ data: x, columns: inner }, { data: y, columns: width }] = [a, b];
  const whole = inner - (inner % together);
  for (let i = 0; i < a.rows; i++) {
    const row = product.data.subarray(i * width, (i + 1) * width);
    for (let k = 0; k < whole; k += together) {
      const at = i * inner + k;
      const [f0, f1, f2, f3] = [x[at] as number, x[at + 1] as number, x[at + 2] as number, x[at + 3] as number];
      const [p0, p1, p2, p3] = [k * width, (k + 1) * width, (k + 2) * width, (k + 3) * width];
      for (let j = 0; j < width; j++)
        row[j] =
          (row[j] as number) +
          f0 * (y[p0 + j] as number) +
          f1 * (y[p1 + j] as number) +
          f2 * (y[p2 + j] as number) +
          f3 * (y[p3 + j] as number);
    }
    for (let k = whole; k < inner; k++) {
      const [factor, from] = [x[i * inner + k] as number, k * width];
      for (let j = 0; j < width; j++) row[j] = (row[j] as number) + factor * (y[from + j] as number);
    }
  }
  return product;
};

export const transposed = ({ rows, columns, data }: Matrix): Matrix => {
  const result = matrix(columns, rows);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result.data[j * rows + i] = data[i * columns + j] as number;
  return result;
};

/** The first rows. */
export const firstRows = ({ columns, data }: Matrix, rows: number): Matrix => ({
  rows,
  columns,
  data: data.slice(0, rows * columns),
});

/**
 * The lower triangle L with C = L L^T.
 *
 * @param c symmetric, [n, n]
 * @throws RangeError when C is not positive definite
 */
export const cholesky = ({ rows: n, data: c }: Matrix): Matrix => {
  const triangle = matrix(n, n);
  const { data: l } = triangle;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = c[i * n + j] as number;
      for (let k = 0; k < j; k++) sum -= (l[i * n + k] as number) * (l[j * n + k] as number);
      if (i !== j) l[i * n + j] = sum / (l[j * n + j] as number);
      else if (sum > 0) l[i * n + i] = Math.sqrt(sum);
      else throw new RangeError(`A matrix of ${n} rows is not positive definite: ${sum} at ${i}.`);
    }
  }
  return triangle;
};

/** X with L^T X = B, for a lower triangle L. */
export const solveTransposed = ({ rows: n, data: l }: Matrix, b: Matrix): Matrix => {
  const solution = matrix(b.rows, b.columns, b.data);
  const { data: x } = solution;
  const width = b.columns;
  for (let i = n - 1; i >= 0; i--) {
    const to = i * width;
    for (let k = i + 1; k < n; k++) {
      const factor = l[k * n + i] as number;
      if (factor === 0) continue;
      const from = k * width;
      for (let j = 0; j < width; j++) x[to + j] = (x[to + j] as number) - factor * (x[from + j] as number);
    }
    const own = l[i * n + i] as number;
    for (let j = 0; j < width; j++) x[to + j] = (x[to + j] as number) / own;
  }
  return solution;
};

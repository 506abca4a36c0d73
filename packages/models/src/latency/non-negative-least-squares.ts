/** Pivots of normalised columns below this mean that the columns depend on each other. */
const leastPivot = 1e-10;

/** Solves a small symmetric system by elimination with pivoting; undefined when it is singular. */
const solve = (matrix: readonly (readonly number[])[], right: readonly number[]): number[] | undefined => {
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
  const size = rows.length;
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let pivot = 0; pivot < size; pivot++) {
    let best = pivot;
    for (let row = pivot + 1; row < size; row++) if (Math.abs(at(row, pivot)) > Math.abs(at(best, pivot))) best = row;
    if (Math.abs(at(best, pivot)) < leastPivot) return undefined;
    [rows[pivot], rows[best]] = [rows[best] ?? [], rows[pivot] ?? []];
    for (let row = pivot + 1; row < size; row++) {
      const factor = at(row, pivot) / at(pivot, pivot);
      rows[row] = (rows[row] ?? []).map((value, column) => value - factor * at(pivot, column));
    }
  }
  const solution = new Array<number>(size).fill(0);
  for (let row = size - 1; row >= 0; row--) {
    const known = solution.reduce((sum, value, column) => (column > row ? sum + at(row, column) * value : sum), 0);
    solution[row] = (at(row, size) - known) / at(row, row);
  }
  return solution;
};

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

/**
 * The coefficients, none below 0, of the combination of columns that comes nearest to the targets in the sum of squares.
 *
 * The support of the best combination is one of the 2^k sets of independent columns, and on its support it is the ordinary
 * least-squares solution; so all sets are tried. That is exact, takes columns that depend on each other, and is quick for
 * a handful of columns, which is all that it is for.
 *
 * @param rows one list of k values a target, k at most 10
 */
export const nonNegativeLeastSquares = (rows: readonly (readonly number[])[], targets: readonly number[]): number[] => {
  const width = rows[0]?.length ?? 0;
  const columns = Array.from({ length: width }, (_, k) => rows.map((row) => row[k] ?? 0));
  const norms = columns.map((column) => Math.sqrt(dot(column, column)) || 1);
  const unit = columns.map((column, k) => column.map((value) => value / (norms[k] ?? 1)));
  const products = unit.map((column) => unit.map((other) => dot(column, other)));
  const right = unit.map((column) => dot(column, targets));

  let best = { gain: 0, coefficients: new Array<number>(width).fill(0) };
  for (let set = 1; set < 1 << width; set++) {
    const chosen = columns.flatMap((_, k) => ((set >> k) & 1 ? [k] : []));
    const found = solve(
      chosen.map((row) => chosen.map((column) => products[row]?.[column] ?? 0)),
      chosen.map((k) => right[k] ?? 0),
    );
    if (found === undefined || found.some((value) => value < 0)) continue;
    const gain = dot(
      found,
      chosen.map((k) => right[k] ?? 0),
    ); // by how much the sum of squares falls
    if (gain <= best.gain * (1 + 1e-12)) continue;
    const coefficients = new Array<number>(width).fill(0);
    chosen.forEach((k, i) => (coefficients[k] = (found[i] ?? 0) / (norms[k] ?? 1)));
    best = { gain, coefficients };
  }
  return best.coefficients;
};

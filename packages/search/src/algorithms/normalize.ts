/** Solves A x = 1 by elimination with partial pivoting; undefined where A is singular. A is changed. */
const solveForOnes = (matrix: Float64Array, size: number): Float64Array | undefined => {
  const right = new Float64Array(size).fill(1);
  const at = (row: number, column: number): number => matrix[row * size + column] ?? 0;
  for (let column = 0; column < size; column += 1) {
    let pivot = column;
    for (let row = column + 1; row < size; row += 1)
      if (Math.abs(at(row, column)) > Math.abs(at(pivot, column))) pivot = row;
    if (Math.abs(at(pivot, column)) < 1e-12) return undefined;
    for (let k = 0; k < size; k += 1) {
      const swapped = at(column, k);
      matrix[column * size + k] = at(pivot, k);
      matrix[pivot * size + k] = swapped;
    }
    const swappedRight = right[column] ?? 0;
    right[column] = right[pivot] ?? 0;
    right[pivot] = swappedRight;
    for (let row = column + 1; row < size; row += 1) {
      const factor = at(row, column) / at(column, column);
      for (let k = column; k < size; k += 1) matrix[row * size + k] = at(row, k) - factor * at(column, k);
      right[row] = (right[row] ?? 0) - factor * (right[column] ?? 0);
    }
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    let value = right[row] ?? 0;
    for (let k = row + 1; k < size; k += 1) value -= at(row, k) * (right[k] ?? 0);
    right[row] = value / at(row, row);
  }
  return right;
};

/** The row nearest to an axis: least by the achievement scalarising function, off-axis values weighing a million times. */
const extremeRow = (translated: Float64Array, objectives: number, axis: number): number => {
  let best = -1;
  let least = Infinity;
  for (let row = 0; row * objectives < translated.length; row += 1) {
    let most = 0;
    for (let m = 0; m < objectives; m += 1)
      most = Math.max(most, (translated[row * objectives + m] ?? 0) * (m === axis ? 1 : 1e6));
    if (most < least) {
      least = most;
      best = row;
    }
  }
  return best;
};

/**
 * Objective values on one scale (Deb and Jain 2014, section IV-C): 0 at the ideal point, 1 where the hyperplane through the extreme
 * rows cuts each axis. Where there is no such plane, 1 is the worst value of the first `firstFront` rows.
 *
 * @param values rows of minimised objective values
 */
export const normalize = (
  values: Float64Array,
  objectives: number,
  ideal: Float64Array,
  firstFront: number,
): Float64Array => {
  const scaled = values.map((value, i) => value - (ideal[i % objectives] ?? 0));
  const rows = values.length / objectives;
  const worst = (count: number, axis: number): number => {
    let most = 0;
    for (let row = 0; row < count; row += 1) most = Math.max(most, scaled[row * objectives + axis] ?? 0);
    return most;
  };
  const extremes = new Float64Array(objectives * objectives);
  for (let axis = 0; axis < objectives; axis += 1) {
    const row = extremeRow(scaled, objectives, axis);
    extremes.set(scaled.subarray(row * objectives, (row + 1) * objectives), axis * objectives);
  }
  const plane = solveForOnes(extremes, objectives);
  const cuts = Float64Array.from({ length: objectives }, (_, axis) => 1 / (plane?.[axis] ?? 0));
  const usable = cuts.every((cut, axis) => cut > 1e-6 && cut <= worst(rows, axis) * (1 + 1e-9));
  for (let axis = 0; axis < objectives; axis += 1) {
    const span = usable ? (cuts[axis] ?? 1) : worst(firstFront, axis) || worst(rows, axis) || 1;
    for (let at = axis; at < scaled.length; at += objectives) scaled[at] = (scaled[at] ?? 0) / span;
  }
  return scaled;
};

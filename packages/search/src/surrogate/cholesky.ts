/**
 * The lower factor of a symmetric positive definite matrix, `L L' = A`; undefined where the matrix is not positive
 * definite.
 *
 * @param matrix size x size, row by row; only its lower triangle is read
 */
export const cholesky = (matrix: Float64Array, size: number): Float64Array | undefined => {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = matrix[i * size + j] ?? 0;
      for (let k = 0; k < j; k += 1) sum -= (lower[i * size + k] ?? 0) * (lower[j * size + k] ?? 0);
      if (i > j) lower[i * size + j] = sum / (lower[j * size + j] ?? 1);
      else if (sum > 0) lower[i * size + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return lower;
};

/** `L x = b`, in place: `vector` holds b and then x. */
export const solveLower = (lower: Float64Array, size: number, vector: Float64Array): Float64Array => {
  for (let i = 0; i < size; i += 1) {
    let sum = vector[i] ?? 0;
    for (let k = 0; k < i; k += 1) sum -= (lower[i * size + k] ?? 0) * (vector[k] ?? 0);
    vector[i] = sum / (lower[i * size + i] ?? 1);
  }
  return vector;
};

/** `L' x = b`, in place. */
export const solveUpper = (lower: Float64Array, size: number, vector: Float64Array): Float64Array => {
  for (let i = size - 1; i >= 0; i -= 1) {
    const value = (vector[i] ?? 0) / (lower[i * size + i] ?? 1);
    vector[i] = value;
    for (let k = 0; k < i; k += 1) vector[k] = (vector[k] ?? 0) - (lower[i * size + k] ?? 0) * value;
  }
  return vector;
};

/** The inverse of `L L'`, size x size. */
export const inverseOf = (lower: Float64Array, size: number): Float64Array => {
  // Row j of `columns` is column j of the inverse of L: zero before its j-th entry.
  const columns = new Float64Array(size * size);
  for (let j = 0; j < size; j += 1) {
    columns[j * size + j] = 1 / (lower[j * size + j] ?? 1);
    for (let i = j + 1; i < size; i += 1) {
      let sum = 0;
      for (let k = j; k < i; k += 1) sum -= (lower[i * size + k] ?? 0) * (columns[j * size + k] ?? 0);
      columns[j * size + i] = sum / (lower[i * size + i] ?? 1);
    }
  }
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = 0;
      for (let k = i; k < size; k += 1) sum += (columns[i * size + k] ?? 0) * (columns[j * size + k] ?? 0);
      inverse[i * size + j] = sum;
      inverse[j * size + i] = sum;
    }
  }
  return inverse;
};

/**
 * A lower factor of a covariance that may be singular: the least jitter on its diagonal that makes it positive
 * definite, from 1e-10 of its greatest entry on.
 */
export const choleskyOfCovariance = (matrix: Float64Array, size: number): Float64Array => {
  let greatest = 0;
  for (let i = 0; i < size; i += 1) greatest = Math.max(greatest, matrix[i * size + i] ?? 0);
  if (!(greatest > 0)) return new Float64Array(size * size);
  for (let share = 1e-10; share < 1; share *= 10) {
    const raised = matrix.slice();
    for (let i = 0; i < size; i += 1) raised[i * size + i] = (raised[i * size + i] ?? 0) + share * greatest;
    const lower = cholesky(raised, size);
    if (lower) return lower;
  }
  const diagonal = new Float64Array(size * size); // too far from a covariance: its points are taken as independent
  for (let i = 0; i < size; i += 1) diagonal[i * size + i] = Math.sqrt(Math.max(0, matrix[i * size + i] ?? 0));
  return diagonal;
};

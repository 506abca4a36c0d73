/** Eigenvalues of a symmetric matrix, the largest first, with their vectors. */
export interface SymmetricEigen {
  /** [n], descending */
  readonly values: Float64Array;
  /** [n, n]: row i is the vector of value i, of length 1, its component of the largest magnitude positive. */
  readonly vectors: Float64Array;
}

/** A symmetric matrix as Q T Q^T, T tridiagonal. */
interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** [n]; the last is not used. */
  readonly beside: Float64Array;
  /** Q, [n, n] */
  readonly basis: Float64Array;
}

/** Householder reflections, each kept where the column was that it cleared. Overwrites the matrix. */
const tridiagonalise = (a: Float64Array, n: number): Tridiagonal => {
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const scales = new Float64Array(n); // 2 / |v|^2
  const reflectors: Float64Array[] = [];
  const p = new Float64Array(n);
  for (let k = 0; k < n - 1; k++) {
    const v = new Float64Array(n);
    let norm = 0;
    for (let i = k + 1; i < n; i++) {
      const x = a[i * n + k] as number;
      v[i] = x;
      norm += x * x;
    }
    norm = Math.sqrt(norm);
    diagonal[k] = a[k * n + k] as number;
    reflectors.push(v);
    const first = v[k + 1] as number;
    if (norm === 0 || k === n - 2) {
      beside[k] = k === n - 2 ? first : 0;
      continue;
    }
    const alpha = first > 0 ? -norm : norm;
    beside[k] = alpha;
    v[k + 1] = first - alpha;
    const scale = 1 / (norm * (norm + Math.abs(first)));
    scales[k] = scale;
    let inner = 0;
    for (let i = k + 1; i < n; i++) {
      const row = i * n;
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += (a[row + j] as number) * (v[j] as number);
      p[i] = scale * sum;
      inner += (p[i] as number) * (v[i] as number);
    }
    const half = (scale / 2) * inner;
    for (let i = k + 1; i < n; i++) p[i] = (p[i] as number) - half * (v[i] as number);
    for (let i = k + 1; i < n; i++) {
      const row = i * n;
      const [vi, pi] = [v[i] as number, p[i] as number];
      for (let j = k + 1; j < n; j++)
        a[row + j] = (a[row + j] as number) - vi * (p[j] as number) - pi * (v[j] as number);
    }
  }
  diagonal[n - 1] = a[n * n - 1] as number;

  const basis = new Float64Array(n * n);
  for (let i = 0; i < n; i++) basis[i * n + i] = 1;
  for (let k = n - 3; k >= 0; k--) {
    const scale = scales[k] as number;
    if (scale === 0) continue;
    const v = reflectors[k] as Float64Array;
    p.fill(0);
    for (let i = k + 1; i < n; i++) {
      const [row, vi] = [i * n, v[i] as number];
      for (let j = k + 1; j < n; j++) p[j] = (p[j] as number) + vi * (basis[row + j] as number);
    }
    for (let i = k + 1; i < n; i++) {
      const [row, vi] = [i * n, scale * (v[i] as number)];
      for (let j = k + 1; j < n; j++) basis[row + j] = (basis[row + j] as number) - vi * (p[j] as number);
    }
  }
  return { diagonal, beside, basis };
};

/** Implicit QL steps until what stands beside the diagonal is nothing; they turn the rows of `vectors`. Overwrites all three. */
const diagonalise = (d: Float64Array, e: Float64Array, vectors: Float64Array): void => {
  const n = d.length;
  for (let l = 0; l < n; l++) {
    for (let step = 0; ; step++) {
      let m = l;
      for (; m < n - 1; m++) {
        const near = Math.abs(d[m] as number) + Math.abs(d[m + 1] as number);
        if (Math.abs(e[m] as number) <= Number.EPSILON * near) break;
      }
      if (m === l) break;
      if (step >= 60)
        throw new RangeError(`The eigenvalues of a matrix of ${n} rows were not found: does it hold NaN?`);
      let g = ((d[l + 1] as number) - (d[l] as number)) / (2 * (e[l] as number));
      let r = Math.hypot(g, 1);
      g = (d[m] as number) - (d[l] as number) + (e[l] as number) / (g + (g < 0 ? -r : r));
      let [sine, cosine, p] = [1, 1, 0];
      let i = m - 1;
      for (; i >= l; i--) {
        const f = sine * (e[i] as number);
        const b = cosine * (e[i] as number);
        r = Math.hypot(f, g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1] = (d[i + 1] as number) - p;
          e[m] = 0;
          break;
        }
        sine = f / r;
        cosine = g / r;
        g = (d[i + 1] as number) - p;
        r = ((d[i] as number) - g) * sine + 2 * cosine * b;
        p = sine * r;
        d[i + 1] = g + p;
        g = cosine * r - b;
        const [upper, lower] = [i * n, (i + 1) * n];
        for (let k = 0; k < n; k++) {
          const [x, y] = [vectors[upper + k] as number, vectors[lower + k] as number];
          vectors[lower + k] = sine * x + cosine * y;
          vectors[upper + k] = cosine * x - sine * y;
        }
      }
      if (r === 0 && i >= l) continue;
      d[l] = (d[l] as number) - p;
      e[l] = g;
      e[m] = 0;
    }
  }
};

/**
 * The eigenvalues and eigenvectors of a symmetric matrix: Householder reflections to a tridiagonal one, then implicit QL steps. About
 * 10 n^3 operations, the same ones in the same order for the same matrix.
 *
 * @param matrix [n, n], of which both triangles are read
 * @throws RangeError for a matrix with NaN or infinities
 */
export const symmetricEigen = (matrix: Float64Array, n: number): SymmetricEigen => {
  if (n === 0) return { values: new Float64Array(0), vectors: new Float64Array(0) };
  if (!matrix.every(Number.isFinite)) throw new RangeError(`A matrix of ${n} rows holds numbers that are not finite.`);
  const { diagonal, beside, basis } = tridiagonalise(matrix.slice(), n);
  const rows = new Float64Array(n * n); // the columns of the basis
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) rows[j * n + i] = basis[i * n + j] as number;
  diagonalise(diagonal, beside, rows);
  const order = Array.from(diagonal.keys()).sort((i, j) => (diagonal[j] as number) - (diagonal[i] as number) || i - j);
  const values = Float64Array.from(order, (i) => diagonal[i] as number);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    const row = rows.subarray(from * n, (from + 1) * n);
    const largest = row.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    vectors.set(largest < 0 ? row.map((value) => -value) : row, to * n);
  });
  return { values, vectors };
};

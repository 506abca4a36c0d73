import { ModelError } from '../errors.js';
import { symmetricEigen } from './symmetric-eigen.js';
import type { Matrix } from './matrices.js';
import { cholesky, firstRows, matrix, multiply, solveTransposed, transposed } from './matrices.js';

/**
 * What is known of the inputs x of a matrix W [in, out], summed over the tokens of a text. Of a matrix that narrows, in > out, what comes
 * out of it says all that is needed, and is less.
 */
export interface InputMoments {
  readonly tokens: number;
  /** Sums of |x|, [in]. */
  readonly magnitudes: Float64Array;
  /** Sums of x x^T, [in, in], or of (x W)(x W)^T, [out, out]. */
  readonly squares: Float64Array;
  readonly of: 'inputs' | 'outputs';
}

/**
 * What the factors of a matrix are to be near in: `whitened`, its outputs on the texts; `scaled`, itself, with each input weighed by the
 * square root of its mean magnitude on the texts (ASVD); `plain`, itself (SVD).
 */
export type FactoriseMethod = 'whitened' | 'scaled' | 'plain';

/** A matrix [in, out] as the product of two, nested: the first k columns and rows are the factors of rank k. */
export interface HostFactors {
  /** [in, rank] */
  readonly down: Float32Array;
  /** [rank, out] */
  readonly up: Float32Array;
  readonly rank: number;
  /**
   * For each rank from 0, the squared error that the factors are the least in: of the outputs on the texts, or of the matrix. The first is
   * that of leaving the matrix out.
   */
  readonly errors: Float64Array;
}

/** C with a little added to its diagonal, so that it has a Cholesky factor whatever the texts were. */
const regular = ({ rows: n, data }: Matrix): Matrix => {
  const result = matrix(n, n, data);
  let trace = 0;
  for (let i = 0; i < n; i++) trace += data[i * n + i] as number;
  const more = (1e-6 * trace) / n || 1;
  for (let i = 0; i < n; i++) result.data[i * n + i] = (data[i * n + i] as number) + more;
  return result;
};

const diagonal = (values: ArrayLike<number>): Matrix => {
  const n = values.length;
  const result = matrix(n, n);
  for (let i = 0; i < n; i++) result.data[i * n + i] = values[i] as number;
  return result;
};

/** What the inputs are weighed by, C: second moments; undefined for none. */
const weighing = (method: FactoriseMethod, { tokens, magnitudes, squares }: InputMoments): Matrix | undefined => {
  const n = magnitudes.length;
  if (method === 'plain') return undefined;
  if (method === 'scaled') return diagonal(Array.from(magnitudes, (sum) => sum / tokens + 1e-6));
  return matrix(n, n, squares);
};

/** Pairs of rows that give the factors: what stands on the narrower side of the matrix, and the values that say how much each is worth. */
interface RankedFactors {
  readonly values: Float64Array;
  readonly down: Matrix;
  readonly up: Matrix;
}

/** From the outputs: A = W V, B = V^T, V the first vectors of W^T C W. */
const fromOutputs = (w: Matrix, moments: Matrix, rank: number): RankedFactors => {
  const { values, vectors } = symmetricEigen(moments.data, w.columns);
  const up = firstRows({ rows: w.columns, columns: w.columns, data: vectors }, rank);
  return { values, down: multiply(w, transposed(up)), up };
};

/** From the inputs: A = L^-T U, B = U^T L^T W, C = L L^T, U the first vectors of L^T W W^T L. */
const fromInputs = (w: Matrix, c: Matrix | undefined, rank: number): RankedFactors => {
  const square = multiply(w, transposed(w));
  const l = c && cholesky(regular(c));
  const { values, vectors } = symmetricEigen((l ? multiply(multiply(transposed(l), square), l) : square).data, w.rows);
  const rows = firstRows({ rows: w.rows, columns: w.rows, data: vectors }, rank); // U^T
  return {
    values,
    down: l ? solveTransposed(l, transposed(rows)) : transposed(rows),
    up: multiply(l ? multiply(rows, transposed(l)) : rows, w),
  };
};

/**
 * Shares the size of each pair of a column and a row out between them, so that what flows between the factors is neither all in the first
 * numbers nor noise in the last, which matters where it is rounded, and where it is trained.
 */
const balanced = (
  { values, down, up }: RankedFactors,
  rank: number,
  tokens: number,
): Pick<HostFactors, 'down' | 'up'> => {
  const scales = Float64Array.from({ length: rank }, (_, k) => {
    const deviation = Math.sqrt(Math.max(values[k] as number, 0) / tokens);
    const norm = Math.hypot(...up.data.subarray(k * up.columns, (k + 1) * up.columns));
    // From inputs, rows of `up` carry the deviation already; from outputs, columns of `down` do.
    return norm > 0 && deviation > 0 ? Math.sqrt(deviation) / norm : 1;
  });
  return {
    down: Float32Array.from(down.data, (value, i) => value / (scales[i % rank] as number)),
    up: Float32Array.from(up.data, (value, i) => value * (scales[Math.floor(i / up.columns)] as number)),
  };
};

/**
 * A matrix in factors of the least error.
 *
 * @param kernel [in, out]
 * @param moments of its inputs
 * @param rank at most the smaller side
 * @throws ModelError `OPTION_INVALID` for a rank that the matrix does not have; `DATA_INVALID` where the moments are not numbers
 */
export const factoriseMatrix = (
  kernel: Float32Array,
  [inputs, outputs]: readonly [number, number],
  moments: InputMoments,
  rank: number,
  method: FactoriseMethod = 'whitened',
): HostFactors => {
  const most = Math.min(inputs, outputs);
  if (!(Number.isInteger(rank) && rank >= 1 && rank <= most))
    throw new ModelError(
      'OPTION_INVALID',
      `The rank is ${rank}; a matrix [${inputs}, ${outputs}] has factors of rank 1 to ${most}.`,
    );
  const w = matrix(inputs, outputs, kernel);
  const ranked = (): RankedFactors => {
    if (method === 'whitened' && moments.of === 'outputs')
      return fromOutputs(w, matrix(outputs, outputs, moments.squares), rank);
    const c = weighing(method, moments);
    if (inputs < outputs) return fromInputs(w, c, rank);
    return fromOutputs(w, multiply(transposed(w), c ? multiply(c, w) : w), rank);
  };
  try {
    const found = ranked();
    const errors = new Float64Array(rank + 1);
    let tail = found.values.subarray(rank).reduce((sum, value) => sum + Math.max(value, 0), 0);
    for (let k = rank; k >= 0; k--) {
      errors[k] = tail;
      tail += Math.max(found.values[k - 1] ?? 0, 0);
    }
    return { ...balanced(found, rank, moments.tokens), rank, errors };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ModelError('DATA_INVALID', `A matrix [${inputs}, ${outputs}] could not be factorised. ${error.message}`, {
      cause: error,
    });
  }
};

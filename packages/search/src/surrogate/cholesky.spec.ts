import fc from 'fast-check';
import { cholesky, choleskyOfCovariance, inverseOf, solveLower, solveUpper } from './cholesky.js';

/** `B B'` plus some of the identity: positive definite. */
const definite = fc
  .integer({ min: 1, max: 7 })
  .chain((size) =>
    fc
      .array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: size * size, maxLength: size * size })
      .map((b) => ({ size, matrix: product(Float64Array.from(b), size, 0.1) })),
  );

const product = (b: Float64Array, size: number, ridge = 0): Float64Array => {
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < size; j += 1) {
      for (let k = 0; k < size; k += 1)
        matrix[i * size + j] = (matrix[i * size + j] ?? 0) + (b[i * size + k] ?? 0) * (b[j * size + k] ?? 0);
    }
    matrix[i * size + i] = (matrix[i * size + i] ?? 0) + ridge;
  }
  return matrix;
};

const times = (matrix: Float64Array, vector: Float64Array): number[] =>
  Array.from(vector, (_, i) => vector.reduce((sum, x, k) => sum + (matrix[i * vector.length + k] ?? 0) * x, 0));

const expectNear = (a: ArrayLike<number>, b: ArrayLike<number>, digits = 7): void => {
  expect(a.length).toBe(b.length);
  Array.from(a).forEach((x, i) => expect(x).toBeCloseTo(b[i] ?? NaN, digits));
};

describe('Cholesky', () => {
  it('its factor times itself is the matrix, its solutions solve, its inverse inverts', () => {
    fc.assert(
      fc.property(definite, ({ size, matrix }) => {
        const lower = cholesky(matrix, size) ?? new Float64Array(0);
        expectNear(product(lower, size), matrix);
        const right = Float64Array.from({ length: size }, (_, i) => i - 1.5);
        expectNear(times(matrix, solveUpper(lower, size, solveLower(lower, size, right.slice()))), right, 6);
        expectNear(times(matrix, Float64Array.from(times(inverseOf(lower, size), right))), right, 6);
      }),
    );
  });

  it('knows what is not positive definite', () => {
    expect(cholesky(Float64Array.of(1, 2, 2, 1), 2)).toBeUndefined();
    expect(cholesky(Float64Array.of(NaN), 1)).toBeUndefined();
  });

  it('factors a covariance that is singular, and one of nothing', () => {
    const ones = new Float64Array(9).fill(2);
    expectNear(product(choleskyOfCovariance(ones, 3), 3), ones, 4);
    expect(choleskyOfCovariance(new Float64Array(4), 2)).toEqual(new Float64Array(4));
  });
});

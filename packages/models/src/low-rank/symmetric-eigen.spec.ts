import { createRandom } from '@length-adaptive/core';
import fc from 'fast-check';
import { matrix, multiply, transposed } from './matrices.js';
import { symmetricEigen } from './symmetric-eigen.js';

/** A symmetric matrix of a rank, of numbers from -1 to 1 or larger. */
const symmetric = (n: number, rank: number, seed: number, scale: number): Float64Array => {
  const random = createRandom(seed);
  const half = matrix(
    n,
    rank,
    Float64Array.from({ length: n * rank }, () => random.normal()),
  );
  const signs = matrix(rank, rank);
  for (let i = 0; i < rank; i++) signs.data[i * rank + i] = scale * (random.uniform() < 0.3 ? -1 : 1);
  return multiply(multiply(half, signs), transposed(half)).data;
};

test('vectors are of length 1, at right angles, and give the matrix again; values descend', () => {
  const cases = fc.record({
    n: fc.integer({ min: 1, max: 40 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    seed: fc.integer({ min: 1, max: 1e6 }),
    scale: fc.constantFrom(1e-6, 1, 1e6),
  });
  fc.assert(
    fc.property(cases, ({ n, share, seed, scale }) => {
      const given = symmetric(n, Math.max(1, Math.ceil(share * n)), seed, scale);
      const { values, vectors } = symmetricEigen(given, n);
      const v = matrix(n, n, vectors);
      const largest = (found: Float64Array, wanted: (i: number) => number): number =>
        found.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted(i))), 0);
      expect(largest(multiply(v, transposed(v)).data, (i) => (i % (n + 1) === 0 ? 1 : 0))).toBeLessThan(1e-9);
      const scaled = vectors.map((value, i) => value * (values[Math.floor(i / n)] as number));
      const again = multiply(transposed(v), matrix(n, n, scaled)).data;
      const size = Math.max(...given.map(Math.abs));
      expect(largest(again, (i) => given[i] as number)).toBeLessThan(1e-9 * size * n);
      for (let i = 1; i < n; i++) expect(values[i]).toBeLessThanOrEqual(values[i - 1] as number);
      for (let i = 0; i < n; i++) {
        const row = vectors.subarray(i * n, (i + 1) * n);
        expect(Math.max(...row)).toBeGreaterThanOrEqual(-Math.min(...row)); // the sign is decided
      }
    }),
    { numRuns: 150 },
  );
});

test('nothing at all, a diagonal, and equal values', () => {
  expect(symmetricEigen(new Float64Array(0), 0).values).toHaveLength(0);
  expect(Array.from(symmetricEigen(Float64Array.of(-3), 1).values)).toEqual([-3]);
  expect(Array.from(symmetricEigen(Float64Array.of(1, 0, 0, 0, 5, 0, 0, 0, 2), 3).values)).toEqual([5, 2, 1]);
  const ones = symmetricEigen(new Float64Array(16).fill(1), 4);
  expect(ones.values[0]).toBeCloseTo(4, 12);
  expect(ones.vectors.slice(0, 4)).toEqual(expect.objectContaining({ length: 4 }));
  ones.vectors.slice(0, 4).forEach((value) => expect(value).toBeCloseTo(0.5, 12));
  expect(Array.from(symmetricEigen(new Float64Array(9), 3).values)).toEqual([0, 0, 0]);
});

test('what is no number is refused, and the same matrix gives the same digits', () => {
  expect(() => symmetricEigen(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2)).toThrow(/not finite/);
  const given = symmetric(30, 30, 5, 1);
  expect(symmetricEigen(given, 30)).toEqual(symmetricEigen(given.slice(), 30));
});

import { createRandom } from '@length-adaptive/core';
import fc from 'fast-check';
import { nonNegativeLeastSquares } from './non-negative-least-squares.js';

const combine = (row: readonly number[], weights: readonly number[]): number =>
  row.reduce((sum, value, k) => sum + value * (weights[k] ?? 0), 0);

const randomRows = (count: number, width: number, seed: number): number[][] => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => Array.from({ length: width }, () => random.normal()));
};

test('finds the coefficients that made the targets, the zeros among them', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(0, 0.01, 1, 250), { minLength: 1, maxLength: 5 }),
      fc.nat(1000),
      (weights, seed) => {
        const rows = randomRows(12, weights.length, seed);
        const found = nonNegativeLeastSquares(
          rows,
          rows.map((row) => combine(row, weights)),
        );
        weights.forEach((weight, k) => expect(found[k]).toBeCloseTo(weight, 6));
      },
    ),
    { numRuns: 50 },
  );
});

test('meets the conditions of the optimum: no coefficient below 0, no gain along a column that is left out, none at all along the others', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.nat(1000), (width, seed) => {
      const rows = randomRows(15, width, seed);
      const targets = randomRows(15, 1, seed + 1).map(([value = 0]) => value);
      const found = nonNegativeLeastSquares(rows, targets);
      const residuals = rows.map((row, i) => (targets[i] ?? 0) - combine(row, found));
      found.forEach((weight, k) => {
        const gradient = rows.reduce((sum, row, i) => sum + (row[k] ?? 0) * (residuals[i] ?? 0), 0);
        expect(weight).toBeGreaterThanOrEqual(0);
        expect(weight > 0 ? Math.abs(gradient) : gradient).toBeLessThan(1e-8);
      });
    }),
    { numRuns: 50 },
  );
});

test('takes columns that depend on each other, columns of zeros, and columns of very different size', () => {
  const rows = [1, 2, 3, 4].map((x) => [x, 2 * x, 0, 1e6 * x * x]);
  const found = nonNegativeLeastSquares(
    rows,
    [1, 2, 3, 4].map((x) => 3 * x + 5 * x * x),
  );
  [1, 2, 3, 4].forEach((x, i) => expect(combine(rows[i] ?? [], found)).toBeCloseTo(3 * x + 5 * x * x, 6));
});

test('gives zeros where nothing that is allowed helps, and nothing for nothing', () => {
  expect(nonNegativeLeastSquares([[1], [2]], [-1, -2])).toEqual([0]);
  expect(nonNegativeLeastSquares([], [])).toEqual([]);
});

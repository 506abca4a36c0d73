import { createRandom } from '@length-adaptive/core';
import fc from 'fast-check';
import { matrix, multiply, transposed } from './matrices.js';

const random = (rows: number, columns: number, seed: number) => {
  const next = createRandom(seed);
  return matrix(
    rows,
    columns,
    Float64Array.from({ length: rows * columns }, () => next.normal()),
  );
};

test('a product is the sums of products, whatever the sizes', () => {
  const size = fc.integer({ min: 1, max: 11 });
  fc.assert(
    fc.property(size, size, size, fc.nat(1000), (rows, inner, columns, seed) => {
      const [a, b] = [random(rows, inner, seed), random(inner, columns, seed + 1)];
      const { data } = multiply(a, b);
      expect(data).toHaveLength(rows * columns);
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) {
          let sum = 0;
          for (let k = 0; k < inner; k++)
            sum += (a.data[i * inner + k] as number) * (b.data[k * columns + j] as number);
          expect(data[i * columns + j]).toBeCloseTo(sum, 12);
        }
    }),
    { numRuns: 200 },
  );
});

test('a product with its own transposed is symmetric to the bit', () => {
  const a = random(7, 10, 3);
  const square = multiply(a, transposed(a));
  expect(square).toEqual(transposed(square));
});

test('sizes that do not fit are an error', () => {
  expect(() => multiply(matrix(2, 3), matrix(2, 3))).toThrow('[2, 3] times [2, 3]');
});

import fc from 'fast-check';
import { rankCorrelation } from './rank-correlation.js';

const some = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })), {
  minLength: 2,
  maxLength: 12,
});

/** Pearson's correlation of ranks, each rank counted: how many are below, and half of those beside. */
const restated = (a: readonly number[], b: readonly number[]): number => {
  const ranks = (values: readonly number[]): number[] =>
    values.map((x) => values.filter((y) => y < x).length + (values.filter((y) => y === x).length - 1) / 2);
  const centred = (values: readonly number[]): number[] =>
    values.map((x) => x - values.reduce((sum, y) => sum + y, 0) / values.length);
  const [x, y] = [centred(ranks(a)), centred(ranks(b))];
  const dot = (p: readonly number[], q: readonly number[]): number => p.reduce((sum, v, i) => sum + v * (q[i] ?? 0), 0);
  const size = Math.sqrt(dot(x, x) * dot(y, y));
  return size > 0 ? dot(x, y) / size : 0;
};

test("Spearman's correlation, ties sharing ranks", () => {
  fc.assert(
    fc.property(some, (pairs) => {
      const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
      expect(rankCorrelation(a, b)).toBeCloseTo(restated(a, b), 12);
    }),
  );
});

test('the same order is 1, the other way round -1, a single value 0', () => {
  expect(rankCorrelation([1, 2, 30], [4, 5, 6])).toBe(1);
  expect(rankCorrelation([1, 2, 30], [6, 5, 4])).toBe(-1);
  expect(rankCorrelation([1, 2], [3, 3])).toBe(0);
  expect(rankCorrelation([], [])).toBe(0);
});

import fc from 'fast-check';
import { pearson, spearman } from './correlation.js';

describe('correlations, against the values of SciPy', () => {
  test('Pearson', () => {
    expect(pearson([1, 2, 3, 4, 5], [10, 9, 2.5, 6, 4])).toBeCloseTo(-0.7426106572325057, 12);
    expect(pearson([1, 2, 3], [10, 20, 30])).toBe(1);
  });

  test('Spearman, ties by average rank', () => {
    expect(spearman([1, 2, 3, 4, 5], [5, 6, 7, 8, 7])).toBeCloseTo(0.8207826816681233, 12);
    expect(spearman([1, 10, 100], [1, 2, 3])).toBe(1);
    expect(spearman([3, 2, 1], [1, 20, 300])).toBe(-1);
  });

  test('Spearman with ties in both lists', () => {
    expect(spearman([1, 1, 2, 3, 3, 3], [2, 1, 1, 4, 4, 3])).toBeCloseTo(0.8104432008587534, 12);
    expect(spearman([0, 0, 0, 1], [5, 5, 1, 5])).toBeCloseTo(1 / 3, 12);
    expect(spearman([1, 2, 2, 2, 3], [3, 3, 2, 1, 1])).toBeCloseTo(-0.7071067811865475, 12);
  });

  test('Spearman is Pearson of ranks: those below a value, and half of those that equal it', () => {
    const rank = (values: readonly number[]): number[] =>
      values.map((value) => values.filter((other) => other < value).length + (values.filter((other) => other === value).length + 1) / 2);
    const pairs = fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 })), { minLength: 2 });
    fc.assert(
      fc.property(pairs, (rows) => {
        const [predictions, labels] = [rows.map(([a]) => a), rows.map(([, b]) => b)];
        expect(spearman(predictions, labels)).toBeCloseTo(pearson(rank(predictions), rank(labels)), 12);
        expect(spearman(labels, predictions)).toBeCloseTo(spearman(predictions, labels), 12);
        expect(spearman(predictions.map((value) => value ** 3), labels)).toBeCloseTo(spearman(predictions, labels), 12);
      }),
    );
  });

  test('a constant list correlates with nothing', () => {
    expect(pearson([0.1, 0.1, 0.1], [1, 2, 3])).toBe(0);
    expect(pearson([1, 2, 3], [0.3, 0.3, 0.3])).toBe(0);
    expect(spearman([2, 2], [1, 2])).toBe(0);
  });
});

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

  test('a constant list correlates with nothing', () => {
    expect(pearson([0.1, 0.1, 0.1], [1, 2, 3])).toBe(0);
    expect(pearson([1, 2, 3], [0.3, 0.3, 0.3])).toBe(0);
    expect(spearman([2, 2], [1, 2])).toBe(0);
  });
});

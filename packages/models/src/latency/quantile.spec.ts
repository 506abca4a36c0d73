import { quantile } from './quantile.js';

test('median, ends, and what lies between', () => {
  expect(quantile([3, 1, 2], 0.5)).toBe(2);
  expect(quantile([4, 1, 2, 3], 0.5)).toBe(2.5);
  expect(quantile([10, 9, 1], 0)).toBe(1);
  expect(quantile([10, 9, 1], 1)).toBe(10);
  expect(quantile([0, 10], 0.95)).toBeCloseTo(9.5, 10);
  expect(quantile([7], 0.95)).toBe(7);
});

test('nothing has no quantile', () => {
  expect(() => quantile([], 0.5)).toThrow(RangeError);
});

import fc from 'fast-check';
import { accuracy, f1, matthews } from './classification.js';
import { pearson } from './correlation.js';

const bits = fc.array(fc.tuple(fc.nat(1), fc.nat(1)), { minLength: 1 });

describe('classification metrics, against the values of scikit-learn', () => {
  test('accuracy', () => {
    expect(accuracy([0, 2, 1, 3], [0, 1, 2, 3])).toBe(0.5);
  });

  test('F1', () => {
    expect(f1([0, 1, 1, 1], [0, 0, 1, 1])).toBeCloseTo(0.8, 12);
    expect(f1([0, 1, 1, 1], [0, 0, 1, 1], { positive: 0 })).toBeCloseTo(2 / 3, 12);
    expect(f1([0, 2, 1, 0, 0, 1], [0, 1, 2, 0, 1, 2], { average: 'macro' })).toBeCloseTo(0.8 / 3, 12);
  });

  test('F1 over all classes of a model, those that do not occur among them', () => {
    const gold = [0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1];
    const one = [0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1];
    const other = [0, 2, 1, 0, 1, 2, 1, 0, 1, 1, 1];
    expect(f1(one, gold, { average: 'macro', classes: 3 })).toBeCloseTo(0.5357142857142857, 12);
    expect(f1(other, gold, { average: 'macro', classes: 3 })).toBeCloseTo(0.4468864468864469, 12);
    expect(f1(one, gold, { average: 'macro' })).toBeCloseTo(0.8035714285714286, 12);
    expect([one, other].map((predictions) => f1(predictions, gold, { average: 'micro' }))).toEqual([9 / 11, 7 / 11]);
  });

  test('Matthews', () => {
    expect(matthews([1, 0, 1, 1], [1, 1, 1, 0])).toBeCloseTo(-1 / 3, 12);
    expect(matthews([0, 0, 1, 2, 2, 2], [0, 0, 1, 1, 2, 2])).toBeCloseTo(18 / Math.sqrt(22 * 24), 12);
  });

  test('Matthews of two classes is their Pearson correlation', () => {
    fc.assert(
      fc.property(bits, (rows) => {
        const [predictions, labels] = [rows.map(([a]) => a), rows.map(([, b]) => b)];
        expect(matthews(predictions, labels)).toBeCloseTo(pearson(predictions, labels), 9);
      }),
    );
  });

  test('all right is 1', () => {
    const labels = [0, 1, 2, 1];
    expect([accuracy(labels, labels), f1(labels, labels, { average: 'macro' }), matthews(labels, labels)]).toEqual([1, 1, 1]);
  });

  test('where a metric is undefined it is 0', () => {
    expect(f1([0, 0], [0, 0])).toBe(0);
    expect(f1([0, 0], [1, 1])).toBe(0);
    expect(matthews([1, 1, 1], [0, 1, 0])).toBe(0);
    expect(matthews([0, 1, 0], [1, 1, 1])).toBe(0);
  });

  test('refuses lists that do not match, and empty ones', () => {
    expect(() => accuracy([1], [1, 2])).toThrow(/1 predictions for 2 labels/);
    expect(() => matthews([], [])).toThrow(/0 predictions/);
  });
});

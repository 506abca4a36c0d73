import fc from 'fast-check';
import { accuracy, f1 } from './classification.js';
import { metricByName, metrics } from './metric.js';

describe('metricByName', () => {
  test('gives every metric', () => {
    expect(Object.keys(metrics)).toEqual(['accuracy', 'f1', 'f1_macro', 'f1_micro', 'matthews', 'pearson', 'spearman']);
    for (const name of Object.keys(metrics)) expect(metricByName(name)([0, 1, 1], [0, 1, 1])).toBeCloseTo(1, 12);
  });

  test('f1 is of the second of two labels, whatever occurs', () => {
    expect(metricByName('f1')([0, 1, 1, 1], [0, 0, 1, 1])).toBeCloseTo(0.8, 12);
    expect(metricByName('f1')([0, 0], [0, 0], 2)).toBe(0);
    expect(metricByName('f1')([1, 1], [1, 1], 2)).toBe(1);
  });

  test('f1 of other than two labels is refused, and says what to choose', () => {
    expect(() => metricByName('f1')([0, 1], [0, 1], 3)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: '"f1" is of two labels, the second against the first; this model has 3. Choose f1_macro, the mean over all labels, or f1_micro, that of all decisions.' }),
    );
    expect(() => metricByName('f1')([0, 2], [0, 1])).toThrow(/classes beyond 0 and 1 occur\. Choose f1_macro/);
  });

  test.each(['accuracy', 'f1', 'f1_macro', 'f1_micro', 'matthews'])('%s is not of a model that predicts numbers', (name) => {
    expect(() => metricByName(name)([0.2, 1], [0, 1], 1)).toThrow(/is of classes, and this model predicts a number\. Choose pearson or spearman/);
  });

  test('one definition of F1 for all predictions of a model: a class that is predicted more is no other mean', () => {
    const classes = 4;
    const rows = fc.array(fc.tuple(fc.nat(classes - 1), fc.nat(1)), { minLength: 1 }); // gold holds two of the four
    fc.assert(
      fc.property(rows, (pairs) => {
        const [predictions, labels] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
        const each = [...Array(classes).keys()].map((positive) => f1(predictions, labels, { positive }));
        expect(metricByName('f1_macro')(predictions, labels, classes)).toBeCloseTo(each.reduce((sum, value) => sum + value, 0) / classes, 12);
        expect(metricByName('f1_micro')(predictions, labels, classes)).toBe(accuracy(predictions, labels));
      }),
    );
  });

  test('lists the names it knows', () => {
    expect(() => metricByName('bleu')).toThrow('There is no metric "bleu". Choose one of accuracy, f1, f1_macro, f1_micro, matthews, pearson, spearman.');
    expect(() => metricByName('toString')).toThrow(/no metric/);
  });
});

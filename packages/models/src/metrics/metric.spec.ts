import { metricByName, metrics } from './metric.js';

describe('metricByName', () => {
  test('gives every metric', () => {
    expect(Object.keys(metrics)).toEqual(['accuracy', 'f1', 'matthews', 'pearson', 'spearman']);
    for (const name of Object.keys(metrics)) expect(metricByName(name)([0, 1, 1], [0, 1, 1])).toBeCloseTo(1, 12);
  });

  test('f1 is binary for 0 and 1, macro for more classes', () => {
    expect(metricByName('f1')([0, 1, 1, 1], [0, 0, 1, 1])).toBeCloseTo(0.8, 12);
    expect(metricByName('f1')([0, 2, 1, 0, 0, 1], [0, 1, 2, 0, 1, 2])).toBeCloseTo(0.8 / 3, 12);
  });

  test('lists the names it knows', () => {
    expect(() => metricByName('bleu')).toThrow('There is no metric "bleu". Choose one of accuracy, f1, matthews, pearson, spearman.');
    expect(() => metricByName('toString')).toThrow(/no metric/);
  });
});

import * as fc from 'fast-check';
import { averagePrecision, exactLabels, labelScores, multiLabelF1 } from './multi-label.js';

/** Values of scikit-learn 1.9.1 (f1_score, average_precision_score with zero_division=0; accuracy_score), many equal scores among them. */
const references = [
  {
    name: 'three labels',
    logits: [[-0.5, 2, -3.5], [1, -4, -1.5], [-2.5, 4, 4.5], [-0.5, 1.5, -0.5], [2, -0.5, -2.5], [-3.5, 2, 4.5], [0.5, 0, 4], [0.5, 1, 0.5], [-0.5, 0.5, -3], [1, 0, 2.5], [0.5, -4, 1], [3.5, 0, -2]],
    targets: [[1, 0, 0], [0, 0, 0], [0, 1, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0], [0, 1, 0], [0, 1, 0], [0, 1, 0], [0, 0, 0], [1, 0, 1], [0, 1, 0]],
    micro: 0.5714285714285714,
    macro: 0.5314814814814814,
    f1: [0.4, 0.75, 0.4444444444444444],
    exact: 0.25,
    precisions: [0.3619047619047619, 0.7095238095238094, 0.4],
    mean: 0.4904761904761905,
  },
  {
    name: 'a label that no text has, and one that none is given',
    logits: [[-1, 0, 6, -1], [-1, -1, -2, -1], [1, -3, 1, -1], [3, 0, 4, -1], [-1, 1, 2, -1], [-1, 0, 1, -1], [-1, 3, -1, -1], [1, 0, 1, -1]],
    targets: [[0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0], [0, 0, 1, 0]],
    micro: 0.4,
    macro: 0.2,
    f1: [0, 0, 0.8, 0],
    exact: 0.125,
    precisions: [0.125, undefined, 0.8333333333333333, undefined],
    mean: 0.47916666666666663,
  },
];

test.each(references)('the values of scikit-learn: $name', ({ logits, targets, micro, macro, f1, exact, precisions, mean }) => {
  const given = logits.map((row) => row.map((logit) => logit >= 0));
  expect(multiLabelF1(given, targets, { average: 'micro' })).toBeCloseTo(micro, 12);
  expect(multiLabelF1(given, targets, { average: 'macro' })).toBeCloseTo(macro, 12);
  expect(exactLabels(given, targets)).toBe(exact);
  expect(averagePrecision(logits, targets)).toBeCloseTo(mean, 12);
  labelScores(logits, targets).forEach((scores, label) => {
    expect(scores.f1).toBeCloseTo(f1[label] ?? Number.NaN, 12);
    expect(scores.positives).toBe(targets.filter((row) => row[label] === 1).length);
    expect(scores.predicted).toBe(given.filter((row) => row[label]).length);
    if (precisions[label] === undefined) expect(scores.averagePrecision).toBeUndefined();
    else expect(scores.averagePrecision).toBeCloseTo(precisions[label] ?? Number.NaN, 12);
  });
});

const row = (labels: number) => fc.array(fc.tuple(fc.integer({ min: -4, max: 4 }), fc.boolean()), { minLength: labels, maxLength: labels });

test('laws: a perfect ranking is 1; nothing depends on the order of texts; average precision sees the order of scores alone', () => {
  fc.assert(
    fc.property(fc.array(row(3), { minLength: 1, maxLength: 12 }), (rows) => {
      const logits = rows.map((cells) => cells.map(([logit]) => logit));
      const targets = rows.map((cells) => cells.map(([, has]) => Number(has)));
      const some = targets.flat().includes(1);
      expect(averagePrecision(targets, targets)).toBe(some ? 1 : 0);
      expect(multiLabelF1(targets, targets, { average: 'micro' })).toBe(some ? 1 : 0);
      expect(exactLabels(targets, targets)).toBe(1);
      const value = averagePrecision(logits, targets);
      expect(averagePrecision([...logits].reverse(), [...targets].reverse())).toBeCloseTo(value, 12);
      expect(averagePrecision(logits.map((cells) => cells.map((logit) => 1 / (1 + Math.exp(-logit)))), targets)).toBeCloseTo(value, 12);
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
    }),
  );
});

test.each([
  ['no texts', [], []],
  ['more texts than predictions', [[1]], [[1], [0]]],
  ['a row of another width', [[1, 2], [1]], [[1, 0], [0, 1]]],
])('refuses %s', (_, logits, targets) => {
  expect(() => averagePrecision(logits, targets)).toThrow(expect.objectContaining({ code: 'DATA_INVALID' }));
  expect(() => multiLabelF1(logits, targets, { average: 'micro' })).toThrow(expect.objectContaining({ code: 'DATA_INVALID' }));
});

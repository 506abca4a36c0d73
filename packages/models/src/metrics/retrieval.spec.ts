import fc from 'fast-check';
import type { FoundDocument, Judgements } from './retrieval.js';
import { averagePrecision, ndcgAt, ranked, recallAt, reciprocalRankAt, scoreRankings } from './retrieval.js';

const judged = (grades: Readonly<Record<string, number>>): Judgements => new Map(Object.entries(grades));
const order = (...ids: readonly string[]): FoundDocument[] => ids.map((id, i) => ({ id, score: -i }));

// Judged: a 3, b 2, c 1, d 0 (not relevant). Found: x (not judged), b, d, a; c is not found.
const judgements = judged({ a: 3, b: 2, c: 1, d: 0 });
const ranking = order('x', 'b', 'd', 'a');

test('nDCG takes the gains themselves, over the best order of all that is judged', () => {
  const found = 2 / Math.log2(3) + 3 / Math.log2(5);
  const ideal = 3 + 2 / Math.log2(3) + 1 / Math.log2(4);
  expect(ndcgAt(ranking, judgements, 10)).toBeCloseTo(found / ideal, 12);
  expect(ndcgAt(ranking, judgements, 10)).toBeCloseTo(0.536322, 5);
  expect(ndcgAt(ranking, judgements, 2)).toBeCloseTo(2 / Math.log2(3) / (3 + 2 / Math.log2(3)), 12);
  expect(ndcgAt(order('a', 'b', 'c'), judgements, 10)).toBe(1);
});

test('average precision counts what is not found as nothing', () => {
  expect(averagePrecision(ranking, judgements)).toBeCloseTo((1 / 2 + 2 / 4) / 3, 12);
});

test('reciprocal rank and recall of the first k', () => {
  expect(reciprocalRankAt(ranking, judgements, 10)).toBe(1 / 2);
  expect(reciprocalRankAt(ranking, judgements, 1)).toBe(0);
  expect(recallAt(ranking, judgements, 2)).toBeCloseTo(1 / 3, 12);
  expect(recallAt(ranking, judgements, 4)).toBeCloseTo(2 / 3, 12);
});

test('of equal scores the id that is last in the alphabet comes first, whatever the order in which they came', () => {
  const tied = [
    { id: '10', score: 0.5 },
    { id: '9', score: 0.5 },
    { id: 'z', score: 0.1 },
    { id: '2', score: 0.5 },
  ];
  expect(ranked(tied).map(({ id }) => id)).toEqual(['9', '2', '10', 'z']);
  expect(reciprocalRankAt(ranked(tied), judged({ '10': 1 }), 10)).toBe(1 / 3);
  fc.assert(
    fc.property(fc.shuffledSubarray(tied, { minLength: 4, maxLength: 4 }), (shuffled) => {
      expect(ranked(shuffled)).toEqual(ranked(tied));
    }),
  );
});

test('the mean is over all judged queries: one that found nothing and one without relevant documents count 0', () => {
  const scores = scoreRankings(
    new Map([
      ['q1', ranking],
      ['q3', order('a')],
    ]),
    new Map([
      ['q1', judgements],
      ['q2', judgements],
      ['q3', judged({ a: 0 })],
    ]),
  );
  expect(scores['mrr@10']).toBeCloseTo(1 / 2 / 3, 12);
  expect(scores.map).toBeCloseTo(1 / 3 / 3, 12);
  expect(scores['ndcg@10']).toBeCloseTo(0.536322 / 3, 5);
});

test('no order is better than the ideal one, and a swap towards it never makes nDCG worse', () =>
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 2, maxLength: 12 }), (grades) => {
      const all = judged(Object.fromEntries(grades.map((grade, i) => [`d${i}`, grade])));
      const given = order(...all.keys());
      const value = ndcgAt(given, all, 10);
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1 + 1e-12);
      const at = grades.findIndex((grade, i) => i > 0 && grade > (grades[i - 1] as number));
      if (at < 0) return;
      const swapped = [...given];
      [swapped[at - 1], swapped[at]] = [given[at] as FoundDocument, given[at - 1] as FoundDocument];
      expect(ndcgAt(swapped, all, 10)).toBeGreaterThanOrEqual(value - 1e-12);
    }),
  ));

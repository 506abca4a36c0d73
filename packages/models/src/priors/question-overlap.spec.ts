import fc from 'fast-check';
import { questionOverlap } from './question-overlap.js';

const [cls, sep] = [101, 102];

/** [CLS] question [SEP] context [SEP] */
const inputOf = (question: readonly number[], context: readonly number[]) => ({
  ids: [cls, ...question, sep, ...context, sep],
  typeIds: [...question.map(() => 0), 0, 0, ...context.map(() => 1), 1],
});

const ids = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 20 });
const pairs = fc
  .tuple(ids, ids)
  .map(([question, context]) => ({ question, context, input: inputOf(question, context), first: question.length + 2 }));
const windows = fc.integer({ min: 1, max: 64 });

/** The definition, token by token. */
const defined = (question: readonly number[], context: readonly number[], at: number, window: number): number => {
  const shared = context
    .map((id, other) => ({ id, distance: Math.abs(other - at) }))
    .filter(({ id, distance }) => question.includes(id) && distance <= window);
  const sum = shared.reduce(
    (total, { id, distance }) => total + (1 - distance / (window + 1)) / context.filter((other) => other === id).length,
    0,
  );
  return 1000 * sum * (question.includes(context[at] as number) ? 0.5 : 1);
};

test('by hand: a word that comes once, one that comes twice, a window of two tokens', () => {
  // question: 7 8; context: 1 7 2 3 8 4 8
  const prior = questionOverlap(inputOf([7, 8], [1, 7, 2, 3, 8, 4, 8]), { window: 2 });
  const third = 1000 / 3;
  const expected = [
    2 * third, // 1: one beside 7
    1.5 * third, // 7 itself: 3/3, halved, for it is of the question
    2 * third + third / 2, // 2: one beside 7, two from the 8 that is one of two
    third + third, // 3: two from 7, one beside 8
    (1.5 * third + 0.5 * third) / 2, // 8 itself, and two from the other 8
    third + third, // 4: between the two
    (1.5 * third + 0.5 * third) / 2,
  ];
  expect(Array.from(prior.subarray(0, 4))).toEqual([1e5, 1e5, 1e5, 1e5]);
  expected.forEach((value, at) => expect(prior[4 + at]).toBeCloseTo(value, 2));
  expect(prior[11]).toBe(1e5);
});

test('is what its definition says; question and special tokens are above every context', () => {
  fc.assert(
    fc.property(pairs, windows, ({ question, context, input, first }, window) => {
      const prior = questionOverlap(input, { window });
      expect(prior).toHaveLength(input.ids.length);
      context.forEach((_, at) => expect(prior[first + at]).toBeCloseTo(defined(question, context, at, window), 1));
      const inside = prior.subarray(first, -1);
      expect(inside.every((value) => value >= 0 && value < 1e5)).toBe(true);
      expect([...prior.subarray(0, first), prior.at(-1)].every((value) => value === 1e5)).toBe(true);
    }),
  );
});

test('of a pair without segments, whose texts two separators part, it is what it is of the same pair with segments', () => {
  fc.assert(
    fc.property(pairs, windows, ({ question, context, input, first }, window) => {
      const doubled = {
        ids: [cls, ...question, sep, sep, ...context, sep],
        typeIds: [0, 0, ...question, ...context, 0].map(() => 0),
      };
      const prior = Array.from(questionOverlap(doubled, { window }));
      const expected = Array.from(questionOverlap(input, { window }));
      expect([...prior.slice(0, first), ...prior.slice(first + 1)]).toEqual(expected);
      expect(prior[first]).toBe(1e5);
    }),
  );
});

test('knows ids only as equal or different, and the order of the question does not matter', () => {
  fc.assert(
    fc.property(pairs, ({ question, context, input }) => {
      const renamed = inputOf(
        [...question].reverse().map((id) => 500 - id),
        context.map((id) => 500 - id),
      );
      expect(questionOverlap(renamed)).toEqual(questionOverlap(input));
    }),
  );
});

test.each<[string, { ids: number[]; typeIds?: number[] }]>([
  ['one text', { ids: [cls, 7, 8, sep], typeIds: [0, 0, 0, 0] }],
  ['no segments', { ids: [cls, 7, sep, 7, sep] }],
  ['an empty context', inputOf([7], [])],
])('%s: there is nothing to rank', (_, input) => {
  expect(Array.from(questionOverlap(input))).toEqual(input.ids.map(() => 0));
});

test('a context that shares no word with its question is left to attention', () => {
  expect(Array.from(questionOverlap(inputOf([7], [1, 2, 3])).subarray(3, -1))).toEqual([0, 0, 0]);
});

test('[SEP] after the context is no word, even where the question holds its id', () => {
  expect(Array.from(questionOverlap(inputOf([sep], [1, 2])).subarray(3, -1))).toEqual([0, 0]);
});

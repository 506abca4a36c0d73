import { mattersTargets } from './matters-targets.js';
import { questionAnswering } from './question-answering.js';
import { tokenClassification } from './token-classification.js';

const task = tokenClassification(['O', 'B-x', 'I-x']);
/** [CLS] five words, the second of two pieces, the fourth of two, [SEP] */
const sentence = (...tags: readonly number[]) => {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = tags;
  return { input: { ids: [2, 11, 12, 13, 14, 15, 16, 17, 3] }, target: [-1, a, b, -1, c, d, -1, e, -1] };
};

test('a tagged word and its neighbours matter, with all of their pieces; special tokens nobody knows', () => {
  expect(task.matters?.(sentence(0, 0, 0, 1, 0))).toEqual([-1, 0, 0, 0, 1, 1, 1, 1, -1]);
  expect(task.matters?.(sentence(1, 0, 0, 0, 0))).toEqual([-1, 1, 1, 1, 0, 0, 0, 0, -1]);
  expect(task.matters?.(sentence(0, 0, 0, 0, 0))).toEqual([-1, 0, 0, 0, 0, 0, 0, 0, -1]);
});

test('tags of which none says nothing teach a reducer nothing', () => {
  expect(tokenClassification(['NOUN', 'VERB']).matters).toBeUndefined();
});

test('of a question with its context the question matters, and what stands near the answer; in a window without it the question alone', () => {
  const { matters } = questionAnswering();
  const ids = Array.from({ length: 60 }, (_, i) => i); // [CLS] 1 2 3 [SEP] context [SEP]
  const typeIds = ids.map((_, token) => Number(token > 4));
  const near = (target: readonly number[]): number[] =>
    (matters?.({ input: { ids, typeIds }, target }) ?? []).flatMap((value, token) => (value === 1 ? [token] : []));
  const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  expect(near([30, 31])).toEqual([...range(1, 4), ...range(18, 43)]);
  expect(near([0, 0])).toEqual(range(1, 4));
  expect(near([8, 8])).toEqual(range(1, 20));
  const values = matters?.({ input: { ids, typeIds }, target: [58, 58] });
  expect([values?.[0], values?.at(-1)]).toEqual([-1, -1]);
});

test('targets are distributions that are weighted already: 1 in sum, nothing for padding and for what nobody knows', () => {
  const batch = [{ input: { ids: [1, 2, 3] } }, { input: { ids: [4] } }];
  const targets = mattersTargets(batch, { matters: ({ input }) => (input.ids.length === 3 ? [-1, 1, 0] : [0.5]) });
  const sum = 4 + 1 + (4 * 0.5 + 0.5);
  const expected = [0, 0, 4, 0, 0, 1, 2, 0.5, 0, 0, 0, 0].map((value) => value / sum);
  targets.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 6));
  expect(Array.from(mattersTargets(batch, { matters: ({ input }) => Array.from(input.ids, () => -1) }))).toEqual(
    new Array(12).fill(0),
  );
});

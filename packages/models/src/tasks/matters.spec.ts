import { mattersTargets, teachingOf } from './matters-targets.js';
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

test('of a question whose tokens are judged by blocks a block matters that holds one token of the answer; the question and separators teach nothing', () => {
  const reading = questionAnswering();
  const ids = [1, 9, 8, 7, 2, ...Array.from({ length: 24 }, (_, i) => 20 + i), 2]; // context from 5 to 28
  const typeIds = ids.map((_, token) => Number(token > 4));
  const taught = (target: readonly number[]) =>
    teachingOf(reading, { blocks: { size: 8, weight: 20 } })?.matters({ input: { ids, typeIds }, target });
  const expected = (first: number, second: number, third: number, last: number): number[] => [
    ...[-1, -1, -1, -1, -1, first, first, first],
    ...new Array<number>(8).fill(second),
    ...new Array<number>(8).fill(third),
    ...[last, last, last, last, last, -1],
  ];
  expect(taught([10, 10])).toEqual(expected(0, 1, 0, 0)); // one token is enough
  expect(taught([7, 8])).toEqual(expected(1, 1, 0, 0));
  expect(taught([0, 0])).toEqual(expected(0, 0, 0, 0));
  expect(teachingOf(reading, { blocks: { size: 8, weight: 20 } })?.weight).toBe(20);
  expect(teachingOf(reading)?.matters({ input: { ids, typeIds }, target: [10, 10] })).toEqual(
    reading.matters?.({ input: { ids, typeIds }, target: [10, 10] }),
  );
  expect(teachingOf({})).toBeUndefined();
});

test('of a tagged sentence the block of a tagged word matters, its neighbours do not count', () => {
  const taught = teachingOf(task, { blocks: { size: 4, weight: 20 } });
  expect(taught?.matters(sentence(0, 0, 0, 1, 0))).toEqual([-1, 0, 0, 0, 1, 1, 1, 1, -1]);
  expect(taught?.matters(sentence(0, 0, 1, 0, 0))).toEqual([-1, 0, 0, 0, 1, 1, 1, 1, -1]);
  expect(taught?.matters(sentence(0, 1, 0, 0, 0))).toEqual([-1, 1, 1, 1, 0, 0, 0, 0, -1]);
});

test('targets are distributions that are weighted already: 1 in sum, nothing for padding and for what nobody knows', () => {
  const batch = [{ input: { ids: [1, 2, 3] } }, { input: { ids: [4] } }];
  const targets = mattersTargets(batch, { matters: ({ input }) => (input.ids.length === 3 ? [-1, 1, 0] : [0.5]) });
  const sum = 4 + 1 + (4 * 0.5 + 0.5);
  const expected = [0, 0, 4, 0, 0, 1, 2, 0.5, 0, 0, 0, 0].map((value) => value / sum);
  targets.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 6));
  const heavier = mattersTargets(batch, {
    matters: ({ input }) => (input.ids.length === 3 ? [-1, 1, 0] : [0]),
    weight: 20,
  });
  expect(Array.from(heavier.subarray(2, 6))).toEqual([Math.fround(20 / 22), 0, 0, Math.fround(1 / 22)]);
  expect(Array.from(mattersTargets(batch, { matters: ({ input }) => Array.from(input.ids, () => -1) }))).toEqual(
    new Array(12).fill(0),
  );
});

import fc from 'fast-check';
import type { Question } from '../datasets/squad.js';
import { encodeQuestions } from '../tasks/encode-questions.js';
import { countFlips, flipShare } from './flips.js';
import type { LabelledInput } from '../tasks/labelled-input.js';
import { questionAnswering } from '../tasks/question-answering.js';
import { regression } from '../tasks/regression.js';
import { sequenceClassification } from '../tasks/sequence-classification.js';
import { tokenClassification } from '../tasks/token-classification.js';
import { tinyVocabulary } from '../testing/tiny-model.js';
import { createTokenizer } from '../tokenizer/tokenizer.js';

const text: LabelledInput = { input: { ids: new Int32Array(4) }, target: 0 };
const tokenizer = createTokenizer({ 'vocab.txt': new TextEncoder().encode(tinyVocabulary.join('\n')) });

test('classification: another label is a flip, another probability or a wrong label is none', () => {
  const task = sequenceClassification(['bad', 'good']);
  const full = [
    [1, -1],
    [1, -1],
    [-1, 1],
    [0, 2],
  ];
  const reduced = [
    [0.1, 0],
    [-1, 1],
    [1, 0.9],
    [5, 9],
  ];
  expect(countFlips(task, full, reduced, [text, text, text, text])).toEqual({ flipped: 2, answers: 4 });
  expect(flipShare(task, full, reduced, [text, text, text, text])).toBe(0.5);
});

test('regression has no answers that flip', () => {
  expect(countFlips(regression(), [[1]], [[4]], [text])).toBeUndefined();
  expect(flipShare(regression(), [[1]], [[4]], [text])).toBeUndefined();
});

test('token classification: a sentence with any other entity is a flip, a tag that changes no entity is none', () => {
  const labels = ['O', 'B-place', 'I-place', 'B-person'];
  const task = tokenClassification(labels);
  const sentence: LabelledInput = {
    input: { ids: new Int32Array(5) },
    target: [-1, 0, 1, 2, -1],
    sentence: { tags: ['O', 'B-place', 'I-place'], firstOf: [-1, 0, 1, 2, -1] },
  };
  /** Logits that say these tags, for [CLS] and [SEP] too. */
  const saying = (tags: readonly string[]): number[] =>
    ['O', ...tags, 'B-person'].flatMap((tag) => labels.map((label) => (label === tag ? 9 : 0)));
  const share = (before: readonly string[], after: readonly string[]) =>
    flipShare(task, [saying(before)], [saying(after)], [sentence]);
  expect(share(['O', 'B-place', 'I-place'], ['O', 'B-place', 'I-place'])).toBe(0);
  expect(share(['O', 'B-place', 'I-place'], ['O', 'I-place', 'I-place'])).toBe(0); // the same entity, tagged otherwise
  expect(share(['O', 'B-place', 'I-place'], ['O', 'B-place', 'O'])).toBe(1);
  expect(share(['O', 'B-place', 'I-place'], ['O', 'B-person', 'I-place'])).toBe(1);
});

test('question answering: another text over all windows of a question is a flip; questions are counted, not windows', () => {
  const task = questionAnswering();
  const question: Question = {
    id: '1',
    question: 'it is',
    context: 'the phone works and the case breaks',
    answers: [{ text: 'phone', start: 4 }],
  };
  const windows = encodeQuestions(tokenizer, [question, { ...question, id: '2' }], { maxLength: 9, stride: 1 });
  expect(windows.length).toBeGreaterThan(2);
  /** Logits by which a question is answered with a token of its first window. */
  const pointing = (tokens: readonly number[]): Float32Array[] => {
    const sources = [...new Set(windows.map((example) => example.question?.source))];
    return windows.map(({ input, question: own }, row) => {
      const first = windows.findIndex((other) => other.question?.source === own?.source) === row;
      const at = tokens[sources.indexOf(own?.source)] ?? 0;
      return Float32Array.from({ length: 2 * input.ids.length }, (_, i) => (first && i >> 1 === at ? 9 : 0));
    });
  };
  const [start = 0] = windows.flatMap((example) => example.question?.window.contextStart ?? []);
  expect(countFlips(task, pointing([start, start]), pointing([start, start + 1]), windows)).toEqual({
    flipped: 1,
    answers: 2,
  });
  expect(countFlips(task, pointing([start, start]), pointing([start, start]), windows)).toEqual({
    flipped: 0,
    answers: 2,
  });
});

const classes = sequenceClassification(['a', 'b', 'c']);

test('laws: nothing flips against itself, the order of the two does not matter, scaling logits flips nothing', () => {
  const rows = fc.integer({ min: 1, max: 12 }).chain((count) => {
    const logits = fc.array(fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 3, maxLength: 3 }), {
      minLength: count,
      maxLength: count,
    });
    return fc.tuple(logits, logits);
  });
  fc.assert(
    fc.property(rows, ([full, reduced]) => {
      const examples = full.map(() => text);
      const share = flipShare(classes, full, reduced, examples) ?? NaN;
      expect(flipShare(classes, full, full, examples)).toBe(0);
      expect(flipShare(classes, reduced, full, examples)).toBe(share);
      expect(
        flipShare(
          classes,
          full,
          reduced.map((row) => row.map((logit) => 2 * logit)),
          examples,
        ),
      ).toBe(share);
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }),
  );
});

test('logits of other inputs are refused; of none there is no share', () => {
  const task = sequenceClassification(['bad', 'good']);
  expect(() => countFlips(task, [[1, 0]], [], [text])).toThrow(
    expect.objectContaining({
      code: 'SHAPE_MISMATCH',
      message: expect.stringContaining('Logits of 1 inputs at full length and of 0'),
    }),
  );
  expect(flipShare(task, [], [], [])).toBeUndefined();
});

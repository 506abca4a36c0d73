import * as tf from '@tensorflow/tfjs';
import type { LabelledInput } from './labelled-input.js';
import { questionAnswering } from './question-answering.js';
import { createTokenizer } from '../tokenizer/tokenizer.js';
import { tinyVocabulary } from '../testing/tiny-model.js';
import { regression } from './regression.js';
import { sequenceClassification } from './sequence-classification.js';
import { distillationLoss, taskLoss } from './tensor-losses.js';
import { tokenClassification } from './token-classification.js';

const example = (target: LabelledInput['target'], tokens = 4): LabelledInput => ({
  input: { ids: new Int32Array(tokens) },
  target,
});

const valueOf = (loss: () => tf.Scalar): number => tf.tidy(() => loss().arraySync());

beforeAll(() => tf.setBackend('cpu'));

test('classification: targets, predictions, probabilities', () => {
  const task = sequenceClassification(['bad', 'good']);
  expect(task.target('good')).toBe(1);
  expect(() => task.target('meh')).toThrow(/"meh" is not one of this model's labels: bad, good/);
  expect(task.prediction([0.1, 2])).toBe(1);
  expect(task.probability?.([1, -1], example(0))).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
  expect(task.divergence([1, -1], [1, -1], example(0))).toBeCloseTo(0, 12);
  const p = 1 / (1 + Math.exp(-2));
  expect(task.divergence([1, -1], [0, 0], example(0))).toBeCloseTo(
    p * Math.log(2 * p) + (1 - p) * Math.log(2 * (1 - p)),
    6,
  );
  const answer = task.answer([1, -1]);
  expect(answer.label).toBe('bad');
  expect(answer.score).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
  expect(Object.keys(answer.probabilities ?? {})).toEqual(['bad', 'good']);
});

test('regression: numbers in, numbers out, squared error both ways', () => {
  const task = regression();
  expect(task.target('3.5')).toBe(3.5);
  expect(() => task.target('high')).toThrow(/"high" is not a number/);
  expect(() => task.target(' ')).toThrow(/not a number/);
  expect(task.answer([2.25])).toEqual({ label: '2.25', score: 2.25 });
  expect(task.divergence([1], [3], example(0))).toBe(4);
  expect(valueOf(() => taskLoss(task, tf.tensor2d([[1], [3]]), [example(0), example(0)]))).toBe(5);
  expect(valueOf(() => distillationLoss(task, tf.tensor2d([[1]]), tf.tensor2d([[4]]), [example(0)]))).toBe(9);
});

describe('question answering', () => {
  const task = questionAnswering();
  const short = example([1, 2], 3);
  const long = example([0, 0], 4);
  // [start, end] of four tokens; the fourth of the first row is padding
  const logits = () =>
    tf.tensor3d([
      [
        [0, 0],
        [2, 0],
        [0, 3],
        [9, 9],
      ],
      [
        [1, 1],
        [0, 0],
        [0, 0],
        [0, 0],
      ],
    ]);

  test('the loss is the mean cross-entropy of starts and ends, padding without probability', () => {
    const nll = (values: readonly number[], at: number): number =>
      Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0)) - (values[at] ?? 0);
    const expected = (nll([0, 2, 0], 1) + nll([0, 0, 3], 2) + nll([1, 0, 0, 0], 0) + nll([1, 0, 0, 0], 0)) / 4;
    expect(valueOf(() => taskLoss(task, logits(), [short, long]))).toBeCloseTo(expected, 5);
  });

  test('distillation does not see padding', () => {
    const other = () =>
      tf.tensor3d([
        [
          [0, 0],
          [2, 0],
          [0, 3],
          [-5, 7],
        ],
        [
          [1, 1],
          [0, 0],
          [0, 0],
          [0, 0],
        ],
      ]);
    expect(valueOf(() => distillationLoss(task, logits(), other(), [short, long]))).toBeCloseTo(0, 6);
    const flat = () => tf.zeros([2, 4, 2]);
    const expected =
      (task.divergence([0, 0, 2, 0, 0, 3], [0, 0, 0, 0, 0, 0], short) +
        task.divergence([1, 1, 0, 0, 0, 0, 0, 0], new Float32Array(8), long)) /
      2;
    expect(valueOf(() => distillationLoss(task, logits(), flat(), [short, long]))).toBeCloseTo(expected, 5);
  });

  test('probability of an answer, and metrics it does not have', () => {
    const start = Math.exp(2) / (Math.exp(2) + 2);
    const end = Math.exp(3) / (Math.exp(3) + 2);
    expect(task.probability?.([0, 0, 2, 0, 0, 3], short)).toBeCloseTo((start + end) / 2, 6);
    expect(() => task.score('pearson', [], [])).toThrow(/not scored by "pearson"; choose f1 or exact_match/);
    expect(() => task.score('f1', [new Float32Array(6)], [short])).toThrow(/encodeQuestions/);
  });
});

describe('token classification', () => {
  const task = tokenClassification(['O', 'B-place', 'I-place']);
  const sentence = example([-1, 0, 1, -1, 2, -1], 6);
  const right = [0, 0, 0, 5, 0, 0, 0, 5, 0, 9, 9, 0, 0, 0, 5, 0, 0, 9];

  test('tokens without a target are not read', () => {
    expect(task.score('f1', [right], [sentence])).toBe(1);
    expect(task.score('accuracy', [right], [sentence])).toBe(1);
    const wrong = [...right];
    wrong[3 * 2 + 1] = -5; // the B becomes an O
    expect(task.score('f1', [wrong], [sentence])).toBe(0);
    expect(task.score('accuracy', [wrong], [sentence])).toBeCloseTo(2 / 3, 6);
    expect(() => task.score('matthews', [right], [sentence])).toThrow(/choose f1 \(of entities\) or accuracy/);
    expect(
      task.divergence(
        right,
        right.map((value, i) => (i < 3 || (i >= 9 && i < 12) ? -value : value)),
        sentence,
      ),
    ).toBe(0);
  });

  test('words that are cut or have no token are scored, as O', () => {
    const tags = ['O', 'B-place', 'I-place', 'B-place', 'O'];
    const cut: LabelledInput = { ...sentence, sentence: { tags, firstOf: [-1, 0, 1, -1, 2, -1] } };
    expect(task.score('f1', [right], [cut])).toBeCloseTo(2 / 3, 6); // precision 1, recall 1/2
    expect(task.score('accuracy', [right], [cut])).toBeCloseTo(4 / 5, 6);
    const unread: LabelledInput = {
      ...sentence,
      sentence: { tags: ['O', 'B-place', 'I-place', 'I-place'], firstOf: [-1, 0, 1, -1, 3, -1] },
    };
    expect(task.score('f1', [right], [unread])).toBe(0); // the O between splits the entity
    expect(task.score('accuracy', [right], [unread])).toBeCloseTo(3 / 4, 6);
    expect(task.probability?.(right, cut)).toBe(task.probability?.(right, sentence));
  });

  test('the score of a text is the mean over the words that were read', () => {
    const tokenizer = createTokenizer({ 'vocab.txt': new TextEncoder().encode(tinyVocabulary.join('\n')) });
    const { inputs, cutTokens, answer } = task.prepare(tokenizer, 'a good phone \u200b works', {
      positions: 5,
      truncate: true,
    });
    expect(cutTokens).toBe(1);
    expect(inputs[0]?.ids).toHaveLength(5); // [CLS] a good phone [SEP]
    const sure = [0, 0, 0, 50, 0, 0, 0, 50, 0, 0, 0, 50, 0, 0, 0];
    expect(answer([Float32Array.from(sure)])).toMatchObject({
      score: 1,
      entities: [{ text: 'good phone', type: 'place' }],
    });
  });

  test('the loss is the mean over words', () => {
    const nll = Math.log(Math.exp(5) + 2) - 5;
    expect(valueOf(() => taskLoss(task, tf.tensor3d(right, [1, 6, 3]), [sentence]))).toBeCloseTo(nll, 5);
    expect(task.probability?.(right, sentence)).toBeCloseTo(Math.exp(-nll), 5);
  });

  test('an unknown tag', () => {
    expect(task.target('I-place')).toBe(2);
    expect(() => task.target('B-person')).toThrow(
      /Tag "B-person" is not one of this model's tags: O, B-place, I-place/,
    );
  });
});

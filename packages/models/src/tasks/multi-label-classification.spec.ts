import * as tf from '@tensorflow/tfjs';
import * as fc from 'fast-check';
import type { LabelledInput } from './labelled-input.js';
import { tinyVocabulary } from '../testing/tiny-model.js';
import { createTokenizer } from '../tokenizer/tokenizer.js';
import { multiLabelClassification } from './multi-label-classification.js';
import { prepareTokens } from './prepare-tokens.js';
import { distillationLoss, taskLoss } from './tensor-losses.js';

const task = multiLabelClassification(['toxic', 'threat', 'insult']);
const example = (target: readonly number[]): LabelledInput => ({ input: { ids: new Int32Array(4) }, target });
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const logSigmoid = (x: number): number => Math.min(0, x) - Math.log1p(Math.exp(-Math.abs(x)));
const binaryKl = (x: number, y: number): number =>
  sigmoid(x) * (logSigmoid(x) - logSigmoid(y)) + sigmoid(-x) * (logSigmoid(-x) - logSigmoid(-y));

beforeAll(() => tf.setBackend('cpu'));

test('labels by name; none is valid; an unknown one is refused', () => {
  expect(task.target(['insult', 'toxic'])).toEqual([1, 0, 1]);
  expect(task.target([])).toEqual([0, 0, 0]);
  expect(() => task.target(['toxic', 'spam'])).toThrow(
    expect.objectContaining({
      code: 'LABEL_UNKNOWN',
      message: expect.stringContaining('"spam" is not one of this model\'s labels: toxic, threat, insult'),
    }),
  );
});

test('an answer: each label has a probability of its own; those that reach the threshold are given', () => {
  const answer = task.answer([1, -3, 2]);
  expect(answer.labels).toEqual([
    { label: 'insult', score: sigmoid(2) },
    { label: 'toxic', score: sigmoid(1) },
  ]);
  expect(answer.label).toBe('toxic, insult');
  expect(answer.score).toBeCloseTo(sigmoid(1) * sigmoid(3) * sigmoid(2), 12);
  expect(answer.probabilities).toEqual({ toxic: sigmoid(1), threat: sigmoid(-3), insult: sigmoid(2) });
  expect(task.answer([1, -3, 2], 0.8)).toMatchObject({ label: 'insult', labels: [{ label: 'insult' }] });
  expect(task.answer([1, -3, 2], 0).labels).toHaveLength(3);
  expect(task.answer([0, -1, -1])).toMatchObject({ label: 'toxic', labels: [{ score: 0.5 }] });
  const none = task.answer([-5, -6, -7]);
  expect(none).toMatchObject({ label: '', labels: [] });
  expect(none.score).toBeCloseTo(sigmoid(5) * sigmoid(6) * sigmoid(7), 12);
  expect(task.answer([1000, -1000, 0]).probabilities).toEqual({ toxic: 1, threat: 0, insult: 0.5 });
});

test('a threshold that is no probability is refused before anything runs, for texts and for tokens', () => {
  const tokenizer = createTokenizer({ 'vocab.txt': new TextEncoder().encode(tinyVocabulary.join('\n')) });
  const wrong = expect.objectContaining({
    code: 'OPTION_INVALID',
    message: 'threshold is 1.5; expected a probability, 0 to 1.',
  });
  expect(() => task.prepare(tokenizer, 'good', { positions: 8, truncate: false, threshold: 1.5 })).toThrow(wrong);
  expect(() =>
    prepareTokens(task, { ids: [2, 5, 3] }, { positions: 8, vocabulary: 40, types: 2 }, { threshold: 1.5 }),
  ).toThrow(wrong);
  expect(
    prepareTokens(task, { ids: [2, 5, 3] }, { positions: 8, vocabulary: 40, types: 2 }, { threshold: 0.9 }).answer([
      Float32Array.of(3, 1, 1),
    ]).label,
  ).toBe('toxic');
});

test('metrics, the probability of what is right, and those it does not have', () => {
  const logits = [
    [1, -1, 2],
    [-1, 3, 1],
  ];
  const examples = [example([1, 0, 1]), example([0, 0, 1])];
  expect(task.score('f1_micro', logits, examples)).toBeCloseTo(6 / 7, 12);
  expect(task.score('f1_macro', logits, examples)).toBeCloseTo(2 / 3, 12);
  expect(task.score('average_precision', logits, examples)).toBe(1);
  expect(task.score('accuracy', logits, examples)).toBe(0.5);
  expect(task.probability?.([1, -1, 2], example([1, 0, 0]))).toBeCloseTo(
    (sigmoid(1) + sigmoid(1) + sigmoid(-2)) / 3,
    12,
  );
  expect(() => task.score('f1', logits, examples)).toThrow(
    /not scored by "f1"; choose f1_micro, f1_macro, average_precision or accuracy/,
  );
});

/** [texts][labels] of logits, of other logits, and of targets. */
const arbitrary = fc.array(
  fc.array(
    fc.tuple(
      fc.double({ min: -12, max: 12, noNaN: true }),
      fc.double({ min: -12, max: 12, noNaN: true }),
      fc.integer({ min: 0, max: 1 }),
    ),
    { minLength: 3, maxLength: 3 },
  ),
  { minLength: 1, maxLength: 4 },
);

type Cells = readonly (readonly (readonly [number, number, number])[])[];
const column = (rows: Cells, at: 0 | 1 | 2): number[][] => rows.map((row) => row.map((cell) => cell[at]));
const batchOf = (rows: Cells): LabelledInput[] => column(rows, 2).map(example);
const valueAndGradient = (
  loss: (logits: tf.Tensor2D) => tf.Scalar,
  logits: number[][],
): { readonly value: number; readonly gradient: number[] } =>
  tf.tidy(() => {
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => loss(x as tf.Tensor2D))(tf.tensor2d(logits));
    return { value: value.arraySync(), gradient: Array.from(grad.dataSync()) };
  });
const expectClose = (given: readonly number[], expected: readonly number[]): void =>
  given.forEach((value, i) => expect(Math.abs(value - (expected[i] ?? Number.NaN))).toBeLessThan(2e-5));

test('the loss is the mean binary cross-entropy, its gradient (sigmoid - target) / count', () => {
  fc.assert(
    fc.property(arbitrary, (rows) => {
      const [logits, targets] = [column(rows, 0), column(rows, 2).flat()];
      const { value, gradient } = valueAndGradient((x) => taskLoss(task, x, batchOf(rows)), logits);
      const terms = logits.flat().map((x, i) => -logSigmoid(targets[i] === 1 ? x : -x));
      expect(Math.abs(value - terms.reduce((sum, term) => sum + term, 0) / terms.length)).toBeLessThan(1e-5);
      expectClose(
        gradient,
        logits.flat().map((x, i) => (sigmoid(x) - (targets[i] ?? 0)) / terms.length),
      );
    }),
    { numRuns: 40 },
  );
});

test('no logit is too large for the loss', () => {
  const { value, gradient } = valueAndGradient((x) => taskLoss(task, x, [example([0, 1, 1])]), [[500, -500, 500]]);
  expect(value).toBeCloseTo(1000 / 3, 3);
  expectClose(gradient, [1 / 3, -1 / 3, 0]);
});

test.each(['teacher-student', 'student-teacher'] as const)(
  'distillation %s is the mean KL of the labels at a temperature, with its gradient',
  (direction) => {
    fc.assert(
      fc.property(arbitrary, fc.constantFrom(1, 2.5), (rows, temperature) => {
        const [teacher, student] = [column(rows, 0), column(rows, 1)];
        const { value, gradient } = valueAndGradient(
          (x) => distillationLoss(task, tf.tensor2d(teacher), x, batchOf(rows), { temperature, direction }),
          student,
        );
        const count = teacher.flat().length;
        const kl = (at: readonly number[]): number => {
          const terms = teacher.flat().map((t, i) => {
            const [a, b] = [t / temperature, (at[i] ?? 0) / temperature];
            return direction === 'teacher-student' ? binaryKl(a, b) : binaryKl(b, a);
          });
          return (temperature ** 2 * terms.reduce((sum, term) => sum + term, 0)) / count;
        };
        expect(Math.abs(value - kl(student.flat()))).toBeLessThan(1e-4);
        const step = 1e-4;
        const moved = (i: number, by: number): number[] => student.flat().map((x, j) => (i === j ? x + by : x));
        expectClose(
          gradient,
          student.flat().map((_, i) => (kl(moved(i, step)) - kl(moved(i, -step))) / (2 * step)),
        );
      }),
      { numRuns: 30 },
    );
  },
);

test('divergence is the sum of the KLs of the labels', () => {
  expect(task.divergence([1, -2, 3], [1, -2, 3], example([0, 0, 0]))).toBeCloseTo(0, 12);
  expect(task.divergence([1, -2, 3], [0, 1, 2], example([0, 0, 0]))).toBeCloseTo(
    binaryKl(1, 0) + binaryKl(-2, 1) + binaryKl(3, 2),
    10,
  );
});

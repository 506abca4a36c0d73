/** Losses of adaptation beside a restatement in float64, and their gradients. */
import { createRandom, tensorLossOps } from '@length-adaptive/core';
import * as tf from '@tensorflow/tfjs';
import * as fc from 'fast-check';
import type { AdaptationLoss } from './adaptation-loss.js';
import { comparedArrays } from './adaptation-loss.js';
import { embedding } from './embedding.js';
import type { LabelledInput } from './labelled-input.js';
import { rerank } from './rerank.js';

beforeAll(() => tf.setBackend('cpu'));

type Rows = readonly (readonly number[])[];

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const dot = (a: readonly number[], b: readonly number[]): number => sum(a.map((value, i) => value * (b[i] ?? 0)));
const unit = (row: readonly number[]): number[] => row.map((value) => value / Math.sqrt(dot(row, row)));
const softmax = (scores: readonly number[]): number[] => {
  const powers = scores.map((score) => Math.exp(score - Math.max(...scores)));
  return powers.map((power) => power / sum(powers));
};
const kl = (p: readonly number[], q: readonly number[]): number =>
  sum(p.map((share, i) => share * Math.log(share / (q[i] ?? 0))));

const randomRows = (seed: number, rows: number, width: number): number[][] => {
  const random = createRandom(seed);
  return Array.from({ length: rows }, () => Array.from({ length: width }, () => random.normal()));
};

const batchOf = (lists: readonly number[]): LabelledInput[] => lists.map((list) => ({ input: { ids: [2, 3] }, list }));

const adaptationOf = ({ adaptation }: { readonly adaptation?: AdaptationLoss | undefined }): AdaptationLoss => {
  if (!adaptation) throw new Error('the task is adapted by nothing');
  return adaptation;
};

const weights = { comparison: 0.7, temperature: 0.4 };

/** Both losses as this package computes them, for logits of a student. */
const lossesOf = (loss: AdaptationLoss, batch: readonly LabelledInput[], teacher: Rows) => {
  const arrays = comparedArrays(loss, batch);
  const rows = batch.length;
  const given = (student: tf.Tensor) => ({ teacher: tf.tensor2d(teacher.map((row) => [...row])), student });
  const compared = () => ({
    weights: tf.tensor2d(arrays.weights, [rows, 1]),
    bias: tf.tensor2d(arrays.bias, [rows, rows]),
  });
  return {
    full: (student: tf.Tensor) => loss.full(tensorLossOps, given(student), compared()) as tf.Scalar,
    reduced: (student: tf.Tensor) => loss.reduced(tensorLossOps, given(student), compared(), weights) as tf.Scalar,
  };
};

const valueAt = (loss: (student: tf.Tensor) => tf.Scalar, student: Rows): number =>
  tf.tidy(() => loss(tf.tensor2d(student.map((row) => [...row]))).arraySync());

/** The gradient beside central differences. */
const expectGradient = (loss: (student: tf.Tensor) => tf.Scalar, student: Rows): void => {
  const gradient = tf.tidy(
    () =>
      tf
        .grad((x: tf.Tensor) => loss(x))(tf.tensor2d(student.map((row) => [...row])))
        .arraySync() as number[][],
  );
  const step = 1e-2;
  student.forEach((row, i) =>
    row.forEach((value, j) => {
      const at = (moved: number): number =>
        valueAt(loss, student.map((other, k) => (k === i ? other.map((x, l) => (l === j ? moved : x)) : other))); // prettier-ignore
      expect(gradient[i]?.[j]).toBeCloseTo((at(value + step) - at(value - step)) / (2 * step), 2);
    }),
  );
};

describe('vectors', () => {
  const loss = adaptationOf(embedding(5));

  const cosineLoss = (teacher: Rows, student: Rows): number =>
    mean(teacher.map((row, i) => 1 - dot(unit(row), unit(student[i] ?? []))));
  const similarityLoss = (teacher: Rows, student: Rows): number => {
    const columns = teacher.map(unit);
    const others = (row: readonly number[], own: number): number[] =>
      softmax(columns.filter((_, j) => j !== own).map((column) => dot(unit(row), column) / weights.temperature));
    return mean(teacher.map((row, i) => kl(others(row, i), others(student[i] ?? [], i))));
  };

  test('cosine of the full pass; with the similarities of sub-models to the columns of the teacher', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 2, max: 7 }), (seed, rows) => {
        const [teacher, student] = [randomRows(seed, rows, 5), randomRows(seed + 1, rows, 5)];
        const { full, reduced } = lossesOf(loss, batchOf(new Array<number>(rows).fill(0)), teacher);
        const cosine = cosineLoss(teacher, student);
        expect(valueAt(full, student)).toBeCloseTo(cosine, 4);
        expect(valueAt(reduced, student)).toBeCloseTo(
          cosine + weights.comparison * similarityLoss(teacher, student),
          4,
        );
      }),
      { numRuns: 30 },
    );
  });

  test('nothing is left to learn where the vectors are the same, whatever their lengths; a text alone has nothing to compare with', () => {
    const teacher = randomRows(3, 4, 5);
    const { full, reduced } = lossesOf(loss, batchOf([0, 0, 0, 0]), teacher);
    const longer = teacher.map((row) => row.map((value) => 3 * value));
    expect(valueAt(full, longer)).toBeCloseTo(0, 5);
    expect(valueAt(reduced, longer)).toBeCloseTo(0, 5);
    const alone = lossesOf(loss, batchOf([0]), [[1, 0, 0, 0, 0]]);
    expect(valueAt(alone.reduced, [[0, 1, 0, 0, 0]])).toBeCloseTo(1, 5);
  });

  test('gradients', () => {
    const { full, reduced } = lossesOf(loss, batchOf([0, 0, 0]), randomRows(5, 3, 5));
    expectGradient(full, randomRows(6, 3, 5));
    expectGradient(reduced, randomRows(6, 3, 5));
  });
});

describe('lists of documents', () => {
  const loss = adaptationOf(rerank());
  const lists = [7, 9, 7, 7, 9];

  /** The mean over the lists of something about the scores of one. */
  const overLists = (of: (teacher: number[], student: number[]) => number, teacher: Rows, student: Rows): number =>
    mean(
      [7, 9].map((list) => {
        const members = [0, 1, 2, 3, 4].filter((row) => lists[row] === list);
        const pick = (rows: Rows): number[] => members.map((row) => rows[row]?.[0] ?? 0);
        return of(pick(teacher), pick(student));
      }),
    );
  const squares = (teacher: number[], student: number[]): number =>
    mean(teacher.map((score, i) => (score - (student[i] ?? 0)) ** 2));
  const margins = (teacher: number[], student: number[]): number =>
    mean(
      teacher.flatMap((score, i) =>
        teacher.map((other, j) => (score - other - ((student[i] ?? 0) - (student[j] ?? 0))) ** 2 / 2),
      ),
    );
  const listwise = (teacher: number[], student: number[]): number =>
    kl(
      softmax(teacher.map((score) => score / weights.temperature)),
      softmax(student.map((score) => score / weights.temperature)),
    );

  test('scores of the full pass; margins, a little of the scores, and the order of sub-models, list by list', () => {
    for (const seed of [1, 2, 3, 4]) {
      const [teacher, student] = [randomRows(seed, 5, 1), randomRows(seed + 10, 5, 1)];
      const { full, reduced } = lossesOf(loss, batchOf(lists), teacher);
      expect(valueAt(full, student)).toBeCloseTo(overLists(squares, teacher, student) / 8, 4);
      expect(valueAt(reduced, student)).toBeCloseTo(
        (0.9 * overLists(margins, teacher, student) + 0.1 * overLists(squares, teacher, student)) / 8 +
          weights.comparison * overLists(listwise, teacher, student),
        4,
      );
    }
  });

  test('what all scores are off by leaves the order alone', () => {
    const teacher = randomRows(5, 5, 1);
    const { reduced } = lossesOf(loss, batchOf(lists), teacher);
    const off = teacher.map((row) => row.map((value) => value + 2));
    expect(valueAt(reduced, off)).toBeCloseTo((0.1 * 4) / 8, 4);
  });

  test('gradients', () => {
    const { full, reduced } = lossesOf(loss, batchOf(lists), randomRows(8, 5, 1));
    expectGradient(full, randomRows(9, 5, 1));
    expectGradient(reduced, randomRows(9, 5, 1));
  });
});

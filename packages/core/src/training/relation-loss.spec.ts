import * as tf from '@tensorflow/tfjs';
import type { Projections } from '../encoder/on-tensors/tensor-engine.js';
import { describeOnBackends, expectNoLeak } from '../testing/backends.js';
import { expectGradient, randomTensor } from '../testing/finite-differences.js';
import { relationLoss } from './relation-loss.js';

const value = (loss: () => tf.Scalar): number => tf.tidy(() => loss().dataSync()[0] as number);
const allOf = (x: tf.Tensor2D): Projections => ({ query: x, key: x, value: x });

/** softmax(X X^T / sqrt(d)) of the first rows, as the paper writes it. */
const relation = (x: readonly (readonly number[])[]): number[][] =>
  x.map((a) => {
    const powers = x.map((b) =>
      Math.exp(a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0) / Math.sqrt(a.length)),
    );
    const total = powers.reduce((sum, power) => sum + power, 0);
    return powers.map((power) => power / total);
  });

const kl = (p: readonly (readonly number[])[], q: readonly (readonly number[])[]): number =>
  p.reduce(
    (sum, row, i) => sum + row.reduce((part, share, j) => part + share * Math.log(share / (q[i]?.[j] ?? 0)), 0),
    0,
  );

describeOnBackends('relationLoss', () => {
  test('the KL of queries, keys and values, each over heads and real tokens; widths may differ', () => {
    const teacher = [[1, 0, 2, -1], [0, 1, 1, 1]]; // prettier-ignore
    const student = [[0.5, -0.5], [1, 0.3]]; // prettier-ignore
    const padded = (rows: readonly (readonly number[])[]) =>
      tf.tensor2d([...rows, new Array<number>(rows[0]?.length ?? 0).fill(7)].map((row) => [...row]));
    const extent = { rows: 1, width: 3, counts: [2] };
    const half = (rows: readonly (readonly number[])[], head: number) =>
      rows.map((row) => row.slice((head * row.length) / 2, ((head + 1) * row.length) / 2));
    const expected =
      [0, 1].reduce((sum, head) => sum + kl(relation(half(teacher, head)), relation(half(student, head))), 0) / (2 * 2);
    const loss = () => relationLoss(allOf(padded(teacher)), allOf(padded(student)), extent, { heads: 2 });
    expect(value(loss)).toBeCloseTo(3 * expected, 5);
    expect(value(() => relationLoss(allOf(padded(teacher)), allOf(padded(teacher)), extent, { heads: 2 }))).toBeCloseTo(
      0,
      6,
    );
  });

  test('the gradient agrees with finite differences, and nothing flows into padding', async () => {
    await expectNoLeak(() => {
      const extent = { rows: 2, width: 3, counts: [2, 3] };
      const [teacher, student] = [randomTensor<tf.Tensor2D>([6, 6], 1), randomTensor<tf.Tensor2D>([6, 4], 2)];
      const loss = (x: tf.Tensor2D) => relationLoss(allOf(teacher), allOf(x), extent, { heads: 2 });
      expectGradient(loss, student, 12);
      const padding = tf.tidy(() =>
        tf
          .grad((x) => loss(x as tf.Tensor2D))(student)
          .dataSync()
          .slice(8, 12),
      );
      expect(padding.every((slope) => slope === 0)).toBe(true);
      tf.dispose([teacher, student]);
    });
  });

  test('heads that do not divide a width are refused', () => {
    const x = () => allOf(tf.zeros([2, 6]));
    expect(() => tf.tidy(() => relationLoss(x(), x(), { rows: 1, width: 2, counts: [2] }, { heads: 4 }))).toThrow(
      /4 relation heads do not divide a width of 6/,
    );
  });
});

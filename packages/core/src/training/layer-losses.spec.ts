import * as tf from '@tensorflow/tfjs';
import { describeOnBackends, expectNoLeak } from '../testing/backends.js';
import { expectGradient, randomTensor } from '../testing/finite-differences.js';
import { attentionLoss, hiddenStateLoss } from './layer-losses.js';

const value = (loss: () => tf.Scalar): number => tf.tidy(() => loss().dataSync()[0] as number);

/** Two rows of 2 and of 1 real token. */
const ragged = { rows: 2, width: 2, counts: [2, 1] };

describeOnBackends('layer losses', () => {
  test('hidden states: the mean over real tokens and their dimensions', () => {
    const teacher = () => tf.tensor2d([[1, 2], [3, 4], [5, 6], [99, 99]]); // prettier-ignore
    const student = () => tf.tensor2d([[1, 1], [3, 2], [4, 6], [-7, 0]]); // prettier-ignore
    expect(value(() => hiddenStateLoss(teacher(), student(), ragged))).toBeCloseTo((1 + 4 + 1) / 6, 6);
    const whole = { rows: 2, width: 1, counts: [1, 1] };
    expect(value(() => hiddenStateLoss(tf.tensor2d([[1], [2]]), tf.tensor2d([[0], [4]]), whole))).toBeCloseTo(2.5, 6);
  });

  test('attention: the mean over pairs of real tokens and heads', () => {
    const teacher = () => tf.tensor4d([0.5, 0.5, 0.25, 0.75, 1, 0, 0.5, 0.5], [2, 1, 2, 2]);
    const student = () => tf.tensor4d([0.6, 0.4, 0.25, 0.75, 1, 0, 0.1, 0.9], [2, 1, 2, 2]); // the last query is padding
    expect(value(() => attentionLoss(teacher(), student(), ragged))).toBeCloseTo((0.01 + 0.01) / 5, 6);
  });

  test('attention with other numbers of heads: the means over the heads are compared', () => {
    const teacher = () => tf.tensor4d([1, 0, 0.5, 0.5, 0, 1, 0.5, 0.5], [1, 2, 2, 2]);
    const student = () => tf.tensor4d([0.5, 0.5, 0.25, 0.75], [1, 1, 2, 2]);
    expect(value(() => attentionLoss(teacher(), student(), { rows: 1, width: 2, counts: [2] }))).toBeCloseTo(
      0.125 / 4,
      6,
    );
  });

  test('gradients agree with finite differences, and nothing flows into padding', async () => {
    await expectNoLeak(() => {
      const extent = { rows: 2, width: 3, counts: [3, 1] };
      const [states, target] = [randomTensor<tf.Tensor2D>([6, 4], 1), randomTensor<tf.Tensor2D>([6, 4], 2)];
      expectGradient((x) => hiddenStateLoss(target, x, extent), states);
      const padding = tf.tidy(() =>
        tf
          .grad((x) => hiddenStateLoss(target, x as tf.Tensor2D, extent))(states)
          .dataSync()
          .slice(16),
      );
      expect(padding.every((slope) => slope === 0)).toBe(true);
      for (const heads of [2, 3]) {
        const [scores, given] = [
          randomTensor<tf.Tensor4D>([2, heads, 3, 3], 3),
          randomTensor<tf.Tensor4D>([2, 2, 3, 3], 4),
        ];
        expectGradient((x) => attentionLoss(tf.softmax(given), tf.softmax(x), extent), scores);
        tf.dispose([scores, given]);
      }
      tf.dispose([states, target]);
    });
  });
});

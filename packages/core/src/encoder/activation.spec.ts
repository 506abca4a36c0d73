import * as tf from '@tensorflow/tfjs';
import { describeOnBackends, expectNoLeak } from '../testing/backends.js';
import { expectGradient, randomTensor } from '../testing/finite-differences.js';
import type { Activation } from './activation.js';
import { activate } from './activation.js';

/** The error function by its series: in double precision, and another way than that of any backend. */
const erf = (x: number): number => {
  let [term, sum] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
};
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const definitions: Readonly<Record<Activation, (x: number) => number>> = {
  gelu: (x) => (x / 2) * (1 + erf(x * Math.SQRT1_2)),
  gelu_new: (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  relu: (x) => Math.max(0, x),
  silu: (x) => x * sigmoid(x),
  quick_gelu: (x) => x * sigmoid(1.702 * x),
};

describeOnBackends('activate', () => {
  test.each(Object.entries(definitions) as [Activation, (x: number) => number][])('%s is what its definition says, from far below zero to far above, and so is its gradient', async (kind, definition) => {
    const points = Float32Array.from({ length: 121 }, (_, i) => (i - 60) / 12);
    await expectNoLeak(() => {
      const values = tf.tidy(() => activate(tf.tensor2d(points, [11, 11]), kind).dataSync());
      points.forEach((x, i) => expect(Math.abs((values[i] as number) - definition(x))).toBeLessThan(2e-6));
      const extremes = tf.tidy(() => activate(tf.tensor2d([-1e4, 1e4], [1, 2]), kind).dataSync());
      expect(Math.abs(extremes[0] as number)).toBe(0);
      expect(extremes[1]).toBe(1e4);
      const slopes = tf.tidy(() => tf.grad((x) => tf.sum(activate(x as tf.Tensor2D, kind)))(tf.tensor2d(points, [11, 11])).dataSync());
      points.forEach((x, i) => {
        if (x === 0 && kind === 'relu') return; // no slope there
        expect(Math.abs((slopes[i] as number) - (definition(x + 1e-5) - definition(x - 1e-5)) / 2e-5)).toBeLessThan(1e-5);
      });
      const x = randomTensor<tf.Tensor2D>([3, 4], 5);
      expectGradient((given) => tf.sum(tf.square(activate(given, kind))), x);
      x.dispose();
    });
  });
});

import * as tf from '@tensorflow/tfjs';
import type { SignificanceOptions } from './significance.js';
import { attentionSignificance } from './significance.js';
import { describeOnBackends } from './testing/backends.js';

describeOnBackends('attention significance', () => {
  // Two heads over three tokens; every query row sums to 1.
  const probabilities = [
    [
      [[0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6]],
      [[0.4, 0.4, 0.2], [0.3, 0.3, 0.4], [0.1, 0.1, 0.8]],
    ],
  ]; // prettier-ignore
  const scores = (counts: readonly number[], options: SignificanceOptions = {}) =>
    tf.tidy(
      () =>
        attentionSignificance(tf.tensor4d(probabilities), { rows: 1, width: 3, counts }, options).arraySync()[0] ?? [],
    );
  const expectClose = (values: readonly number[], wanted: readonly number[]) =>
    values.forEach((value, i) => expect(value).toBeCloseTo(wanted[i] ?? Number.NaN, 5));

  test('sums the attention a token receives over heads and queries', () => expectClose(scores([3]), [1.6, 2.1, 2.3]));
  test('padding neither votes nor wins', () => expectClose(scores([2]), [1.3, 1.8, -1]));
  test('padding votes on request, as in the reference', () =>
    expectClose(scores([2], { paddingVotes: true }), [1.6, 2.1, -1]));
  test('the first token alone votes on request, with padding and without', () => {
    expectClose(scores([3], { voters: 'first' }), [0.9, 0.7, 0.4]);
    expectClose(scores([2], { voters: 'first' }), [0.9, 0.7, -1]);
  });
});

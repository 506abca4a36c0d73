import * as tf from '@tensorflow/tfjs';
import { regression } from './regression.js';
import { sequenceClassification } from './sequence-classification.js';

beforeAll(() => tf.setBackend('cpu'));

test('classification: targets, predictions, probabilities', () => {
  const task = sequenceClassification(['bad', 'good']);
  expect(task.target('good')).toBe(1);
  expect(() => task.target('meh')).toThrow(/"meh" is not one of this model's labels: bad, good/);
  expect(task.prediction([0.1, 2])).toBe(1);
  expect(task.probability?.([1, -1], 0)).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
  expect(task.divergence([1, -1], [1, -1])).toBeCloseTo(0, 12);
  const p = 1 / (1 + Math.exp(-2));
  expect(task.divergence([1, -1], [0, 0])).toBeCloseTo(p * Math.log(2 * p) + (1 - p) * Math.log(2 * (1 - p)), 6);
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
  expect(task.divergence([1], [3])).toBe(4);
  const losses = tf.tidy(() => [
    task.loss(tf.tensor2d([[1], [3]]), [0, 0]).arraySync(),
    task.distillationLoss(tf.tensor2d([[1]]), tf.tensor2d([[4]]), {}).arraySync(),
  ] as number[]);
  expect(losses).toEqual([5, 9]);
});

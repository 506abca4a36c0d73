import { ModelError } from '../errors.js';

/** How F1 treats several classes. */
export interface F1Options {
  /**
   * `'binary'`: of one class against the rest; `'macro'`: the plain mean over `classes`; `'micro'`: of all decisions together, which for one
   * class a text is the accuracy. Default `'binary'`.
   */
  readonly average?: 'binary' | 'macro' | 'micro';
  /**
   * How many classes there are, 0 to `classes - 1`; in a macro F1 one that occurs nowhere counts as 0. Default: those that occur, so that what is predicted
   * decides what is averaged: name them to compare models.
   */
  readonly classes?: number | undefined;
  /** The class that counts as positive in a binary F1. Default 1. */
  readonly positive?: number;
}

/** @throws ModelError `DATA_INVALID` when the two lists are empty or not equally long */
export const checkPaired = (predictions: ArrayLike<number>, labels: ArrayLike<number>): void => {
  if (predictions.length === labels.length && labels.length > 0) return;
  throw new ModelError('DATA_INVALID', `${predictions.length} predictions for ${labels.length} labels: expected one each, and at least one.`);
};

const count = (predictions: readonly number[], labels: readonly number[], holds: (prediction: number, label: number) => boolean): number =>
  labels.reduce((sum, label, i) => sum + (holds(predictions[i] as number, label) ? 1 : 0), 0);

/** Share of predictions that are the label, 0 to 1. Classes are numbers. */
export const accuracy = (predictions: readonly number[], labels: readonly number[]): number => {
  checkPaired(predictions, labels);
  return count(predictions, labels, (prediction, label) => prediction === label) / labels.length;
};

/** F1 of one class; 0 where it is neither predicted nor there. */
const f1Of = (predictions: readonly number[], labels: readonly number[], positive: number): number => {
  const hits = count(predictions, labels, (prediction, label) => prediction === positive && label === positive);
  const named = count(predictions, labels, (prediction, label) => prediction === positive || label === positive);
  return named === 0 ? 0 : (2 * hits) / (named + hits);
};

/** F1, the harmonic mean of precision and recall, 0 to 1; 0 where both are undefined. As scikit-learn's `f1_score`, `classes` being its `labels`. */
export const f1 = (predictions: readonly number[], labels: readonly number[], { average = 'binary', positive = 1, classes }: F1Options = {}): number => {
  checkPaired(predictions, labels);
  if (average === 'binary') return f1Of(predictions, labels, positive);
  if (average === 'micro') return accuracy(predictions, labels);
  const all = classes === undefined ? [...new Set([...predictions, ...labels])] : [...Array(classes).keys()];
  return all.reduce((sum, each) => sum + f1Of(predictions, labels, each), 0) / all.length;
};

/**
 * Matthews correlation, -1 to 1, for any number of classes (Gorodkin's R_K); 0 when all predictions or all labels are
 * one class.
 */
export const matthews = (predictions: readonly number[], labels: readonly number[]): number => {
  checkPaired(predictions, labels);
  const size = labels.length;
  const classes = [...new Set([...predictions, ...labels])];
  const predicted = classes.map((each) => count(predictions, labels, (prediction) => prediction === each));
  const actual = classes.map((each) => count(predictions, labels, (_, label) => label === each));
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
  const correct = count(predictions, labels, (prediction, label) => prediction === label);
  const spread = (size ** 2 - dot(predicted, predicted)) * (size ** 2 - dot(actual, actual));
  return spread === 0 ? 0 : (correct * size - dot(predicted, actual)) / Math.sqrt(spread);
};

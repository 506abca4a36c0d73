import { ModelError } from '../errors.js';
import { accuracy, f1, matthews } from './classification.js';
import { pearson, spearman } from './correlation.js';

/**
 * A score of predictions against labels, larger is better. Classes are numbers from 0.
 *
 * @param classes how many the model has, whichever of them occur; 1 for one that predicts numbers. Default: unknown
 * @throws ModelError `OPTION_INVALID` for a metric that so many classes do not have, `DATA_INVALID`
 */
export type Metric = (predictions: readonly number[], labels: readonly number[], classes?: number) => number;

/** Metrics of class numbers and of values. */
export type NumberMetricName = 'accuracy' | 'f1' | 'f1_macro' | 'f1_micro' | 'matthews' | 'pearson' | 'spearman';

/** Metrics of texts with any number of labels; `accuracy` is one of them, too. */
export type MultiLabelMetricName = 'f1_micro' | 'f1_macro' | 'average_precision';

/** The metrics there are. `f1` is that of answers for question answering, and that of entities for token classification. */
export type MetricName = NumberMetricName | 'exact_match' | MultiLabelMetricName;

/** @throws ModelError `OPTION_INVALID` for anything but two classes */
const binaryF1: Metric = (predictions, labels, classes) => {
  const isBinary = classes === undefined ? [...predictions, ...labels].every((value) => value === 0 || value === 1) : classes === 2;
  if (isBinary) return f1(predictions, labels);
  const found = classes === undefined ? 'classes beyond 0 and 1 occur' : `this model has ${classes}`;
  throw new ModelError('OPTION_INVALID', `"f1" is of two labels, the second against the first; ${found}. Choose f1_macro, the mean over all labels, or f1_micro, that of all decisions.`);
};

/** A metric that means nothing for numbers that are no classes. */
const ofClasses =
  (name: string, metric: Metric): Metric =>
  (predictions, labels, classes) => {
    if (classes === 1) throw new ModelError('OPTION_INVALID', `"${name}" is of classes, and this model predicts a number. Choose pearson or spearman.`);
    return metric(predictions, labels, classes);
  };

/**
 * Metrics of numbers by name. What each means is decided by the labels that the model has, never by those that it happens to predict: `f1` is that of
 * class 1 of two, `f1_macro` the plain mean over all classes, where one that occurs nowhere counts as 0, `f1_micro` that of all decisions.
 */
export const metrics: Readonly<Record<NumberMetricName, Metric>> = {
  accuracy: ofClasses('accuracy', accuracy),
  f1: ofClasses('f1', binaryF1),
  f1_macro: ofClasses('f1_macro', (predictions, labels, classes) => f1(predictions, labels, { average: 'macro', classes })),
  f1_micro: ofClasses('f1_micro', (predictions, labels) => f1(predictions, labels, { average: 'micro' })),
  matthews: ofClasses('matthews', matthews),
  pearson,
  spearman,
};

/**
 * A metric by its name.
 *
 * @throws ModelError `OPTION_INVALID` listing the names there are
 * @example
 * metricByName('accuracy')([1, 0], [1, 1]); // 0.5
 */
export const metricByName = (name: string): Metric => {
  if (Object.hasOwn(metrics, name)) return metrics[name as NumberMetricName];
  throw new ModelError('OPTION_INVALID', `There is no metric "${name}". Choose one of ${Object.keys(metrics).join(', ')}.`);
};

import { ModelError } from '../errors.js';
import { accuracy, f1, matthews } from './classification.js';
import { pearson, spearman } from './correlation.js';

/** A score of predictions against labels, larger is better. Classes are numbers from 0. */
export type Metric = (predictions: readonly number[], labels: readonly number[]) => number;

/** Metrics of class numbers and of values. */
export type NumberMetricName = 'accuracy' | 'f1' | 'matthews' | 'pearson' | 'spearman';

/** Metrics of texts with any number of labels; `accuracy` is one of them, too. */
export type MultiLabelMetricName = 'f1_micro' | 'f1_macro' | 'average_precision';

/** The metrics there are. `f1` is that of answers for question answering, and that of entities for token classification. */
export type MetricName = NumberMetricName | 'exact_match' | MultiLabelMetricName;

const isBinary = (values: readonly number[]): boolean => values.every((value) => value === 0 || value === 1);

/** Metrics of numbers by name. `f1` is that of class 1 where only 0 and 1 occur, else the macro mean. */
export const metrics: Readonly<Record<NumberMetricName, Metric>> = {
  accuracy,
  f1: (predictions, labels) => f1(predictions, labels, { average: isBinary(predictions) && isBinary(labels) ? 'binary' : 'macro' }),
  matthews,
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

import { ModelError } from '../errors.js';
import { accuracy, f1, matthews } from './classification.js';
import { pearson, spearman } from './correlation.js';

/** A score of predictions against labels, larger is better. Classes are numbers from 0. */
export type Metric = (predictions: readonly number[], labels: readonly number[]) => number;

/** The metrics there are. */
export type MetricName = 'accuracy' | 'f1' | 'matthews' | 'pearson' | 'spearman';

const isBinary = (values: readonly number[]): boolean => values.every((value) => value === 0 || value === 1);

/** All metrics by name. `f1` is that of class 1 where only 0 and 1 occur, else the macro mean. */
export const metrics: Readonly<Record<MetricName, Metric>> = {
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
  if (Object.hasOwn(metrics, name)) return metrics[name as MetricName];
  throw new ModelError('OPTION_INVALID', `There is no metric "${name}". Choose one of ${Object.keys(metrics).join(', ')}.`);
};

import { checkPaired } from './classification.js';
import { mean } from './mean.js';

/** Pearson correlation, -1 to 1; 0 when either list is constant. */
export const pearson = (predictions: readonly number[], labels: readonly number[]): number => {
  checkPaired(predictions, labels);
  const constant = (values: readonly number[]): boolean => values.every((value) => value === values[0]);
  if (constant(predictions) || constant(labels)) return 0;
  const [meanPrediction, meanLabel] = [mean(predictions), mean(labels)];
  let [together, ofPredictions, ofLabels] = [0, 0, 0];
  labels.forEach((label, i) => {
    const a = (predictions[i] as number) - meanPrediction;
    const b = label - meanLabel;
    together += a * b;
    ofPredictions += a * a;
    ofLabels += b * b;
  });
  return Math.max(-1, Math.min(1, together / Math.sqrt(ofPredictions * ofLabels)));
};

/** Ranks from 1; equal values share the mean of their ranks. */
const ranks = (values: readonly number[]): number[] => {
  const order = [...values.keys()].sort((a, b) => (values[a] as number) - (values[b] as number));
  const out = new Array<number>(values.length).fill(0);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end] as number] === values[order[start] as number]) end += 1;
    for (const at of order.slice(start, end)) out[at] = (start + 1 + end) / 2;
    start = end;
  }
  return out;
};

/** Spearman rank correlation, -1 to 1, ties by average rank; 0 when either list is constant. */
export const spearman = (predictions: readonly number[], labels: readonly number[]): number => {
  checkPaired(predictions, labels);
  return pearson(ranks(predictions), ranks(labels));
};

import { crossEntropy, klDivergence } from '@length-adaptive/core';
import { ModelError } from '../errors.js';
import type { SequenceTask } from './task.js';

const softmax = (logits: readonly number[]): number[] => {
  const highest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - highest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
};

const argMax = (values: ArrayLike<number>): number => {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
};

/** One of several labels for a text or a pair of texts. */
export const sequenceClassification = (labels: readonly string[]): SequenceTask => ({
  name: 'sequence-classification',
  outputs: labels.length,
  labels,
  defaultMetric: 'accuracy',

  target: (label) => {
    const named = labels.indexOf(String(label));
    if (named >= 0) return named;
    throw new ModelError('LABEL_UNKNOWN', `Label ${JSON.stringify(label)} is not one of this model's labels: ${labels.join(', ')}.`);
  },
  prediction: argMax,
  answer: (logits) => {
    const probabilities = softmax(Array.from(logits));
    const best = argMax(probabilities);
    return {
      label: labels[best] ?? String(best),
      score: probabilities[best] ?? 0,
      probabilities: Object.fromEntries(labels.map((label, i) => [label, probabilities[i] ?? 0])),
    };
  },
  probability: (logits, target) => softmax(Array.from(logits))[target] ?? 0,
  divergence: (full, reduced) => {
    const q = softmax(Array.from(reduced));
    return softmax(Array.from(full)).reduce((sum, p, i) => sum + (p > 0 ? p * Math.log(p / Math.max(q[i] ?? 0, 1e-12)) : 0), 0);
  },
  loss: crossEntropy,
  distillationLoss: klDivergence,
});

import { isDecimal } from '../decimal.js';
import { ModelError } from '../errors.js';
import type { SequenceTask } from './sequence-task.js';
import { onSequences } from './sequence-task.js';
import { numberTarget } from './target-arrays.js';

const prediction: SequenceTask['prediction'] = (logits) => logits[0] ?? 0;

const answer: SequenceTask['answer'] = (logits) => ({ label: String(prediction(logits)), score: prediction(logits) });

/** A number for a text or a pair of texts, such as the similarity of two sentences. */
export const regression = (): SequenceTask => ({
  name: 'regression',
  outputs: 1,
  distribution: 'none',
  labels: [],
  defaultMetric: 'spearman',
  ...onSequences({ prediction, answer }),

  target: (label) => {
    const value = typeof label === 'number' || isDecimal(label) ? Number(label) : Number.NaN;
    if (Number.isFinite(value)) return value;
    throw new ModelError('LABEL_UNKNOWN', `Label ${JSON.stringify(label)} is not a number; regression needs decimal numbers.`);
  },
  prediction,
  answer,
  divergence: (full, reduced) => ((full[0] ?? 0) - (reduced[0] ?? 0)) ** 2,
  targets: (batch) => ({
    labels: Float32Array.from(batch, numberTarget),
    labelShape: [batch.length, 1],
    weights: new Float32Array(batch.length).fill(1 / batch.length),
    weightShape: [batch.length, 1],
  }),
});

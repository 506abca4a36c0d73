import { meanSquaredError } from '@length-adaptive/core';
import * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.js';
import type { SequenceTask } from './task.js';

/** A number for a text or a pair of texts, such as the similarity of two sentences. */
export const regression = (): SequenceTask => ({
  name: 'regression',
  outputs: 1,
  labels: [],
  defaultMetric: 'spearman',

  target: (label) => {
    const value = typeof label === 'number' ? label : label.trim() === '' ? Number.NaN : Number(label);
    if (Number.isFinite(value)) return value;
    throw new ModelError('LABEL_UNKNOWN', `Label ${JSON.stringify(label)} is not a number; regression needs numbers.`);
  },
  prediction: (logits) => logits[0] ?? 0,
  answer: (logits) => ({ label: String(logits[0] ?? 0), score: logits[0] ?? 0 }),
  divergence: (full, reduced) => ((full[0] ?? 0) - (reduced[0] ?? 0)) ** 2,
  loss: (logits, targets) => meanSquaredError(tf.tensor2d(Float32Array.from(targets), [targets.length, 1]), logits),
  distillationLoss: (teacher, student) => meanSquaredError(teacher, student),
});

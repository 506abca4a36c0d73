import type { Example } from '../datasets/dataset.js';
import { isDecimal } from '../datasets/decimal.js';
import { ModelError } from '../errors.js';
import { scoreTensor } from './answer-tensors.js';
import { classLabels } from './class-labels.js';
import { problemOf } from './problem-type.js';
import type { SequenceTask } from './sequence-task.js';
import { onSequences } from './sequence-task.js';
import { numberTarget } from './target-arrays.js';
import type { TaskDefinition } from './task-definition.js';

const prediction: SequenceTask['prediction'] = (logits) => logits[0] ?? 0;

const answer: SequenceTask['answer'] = (logits) => ({ label: String(prediction(logits)), score: prediction(logits) });

const target: SequenceTask['target'] = (label) => {
  const value = typeof label === 'number' || isDecimal(label) ? Number(label) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw new ModelError(
    'LABEL_UNKNOWN',
    `Label ${JSON.stringify(label)} is not a number; regression needs decimal numbers.`,
  );
};

/** A number for a text or a pair of texts, such as the similarity of two sentences. */
export const regression = (): SequenceTask => ({
  name: 'regression',
  labelKind: 'regression',
  readout: { pool: 'first', outputs: 1 },
  distribution: 'none',
  labels: [],
  defaultMetric: 'spearman',
  checkpoint: {
    classSuffix: 'ForSequenceClassification',
    config: { problem_type: 'regression', id2label: { 0: 'LABEL_0' }, label2id: { LABEL_0: 0 } },
  },
  answerTensors: [scoreTensor],
  ...onSequences({ name: 'regression', target, prediction, answer }, { inWindows: true }),

  target,
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

/** How regression is found: by its `problem_type`, by a single output, or by numbers for labels. */
export const regressionDefinition: TaskDefinition<Example> = {
  name: 'regression',
  fits: (config) => {
    const problem = problemOf(config);
    return problem === 'regression' || (problem === 'single_label_classification' && classLabels(config).length === 1);
  },
  make: regression,
  suits: (examples) => examples.some(({ label }) => typeof label === 'number'),
};

import type { Example } from '../datasets/dataset.js';
import { ModelError } from '../errors.js';
import { averagePrecision, exactLabels, labelScores, multiLabelF1 } from '../metrics/multi-label.js';
import type { MetricName } from '../metrics/metric.js';
import { mean } from '../metrics/mean.js';
import { labelTensor, probabilitiesTensor, scoreTensor } from './answer-tensors.js';
import { distinctLabels } from './class-labels.js';
import { columnsOrLabels } from './labels-of.js';
import { problemOf } from './problem-type.js';
import { onWholeTexts } from './sequence-task.js';
import { logitDivergence, sigmoid } from './softmax.js';
import { binaryTargets, listTarget } from './target-arrays.js';
import type { Answer } from './answer.js';
import type { Task } from './task.js';
import type { TaskDefinition } from './task-definition.js';

/** A task that gives a text any number of labels. */
export interface MultiLabelTask extends Task<Example> {
  /**
   * Names of the labels that an example has, none of them twice -> 1 for each of the model's labels that is among them, 0 for the others.
   *
   * @throws ModelError `LABEL_UNKNOWN`
   */
  target(labels: readonly string[]): number[];
  /** @param threshold probability from which a label is given, default 0.5 */
  answer(logits: ArrayLike<number>, threshold?: number): Answer;
}

/** Whether a label is given by default: its probability is half or more. */
const isGiven = (logit: number): boolean => logit >= 0;

const scores: Readonly<
  Partial<Record<MetricName, (logits: readonly ArrayLike<number>[], targets: readonly (readonly number[])[]) => number>>
> = {
  f1_micro: (logits, targets) =>
    multiLabelF1(
      logits.map((row) => Array.from(row, isGiven)),
      targets,
      { average: 'micro' },
    ),
  f1_macro: (logits, targets) =>
    multiLabelF1(
      logits.map((row) => Array.from(row, isGiven)),
      targets,
      { average: 'macro' },
    ),
  average_precision: averagePrecision,
  accuracy: (logits, targets) =>
    exactLabels(
      logits.map((row) => Array.from(row, isGiven)),
      targets,
    ),
};

/** Any number of labels for a text or a pair of texts, none among them: each label has a probability of its own (a sigmoid). */
export const multiLabelClassification = (labels: readonly string[]): MultiLabelTask => {
  const answer: MultiLabelTask['answer'] = (logits, threshold = 0.5) => {
    const probabilities = labels.map((label, i) => ({ label, score: sigmoid(logits[i] ?? 0) }));
    const given = probabilities.filter(({ score }) => score >= threshold);
    return {
      label: given.map(({ label }) => label).join(', '),
      score: probabilities.reduce((product, { score }) => product * (score >= threshold ? score : 1 - score), 1),
      labels: given.sort((one, other) => other.score - one.score),
      probabilities: Object.fromEntries(probabilities.map(({ label, score }) => [label, score])),
    };
  };
  const target: MultiLabelTask['target'] = (names) => {
    const unknown = names.find((name) => !labels.includes(name));
    if (unknown === undefined) return labels.map((label) => (names.includes(label) ? 1 : 0));
    throw new ModelError(
      'LABEL_UNKNOWN',
      `Label ${JSON.stringify(unknown)} is not one of this model's labels: ${labels.join(', ')}.`,
    );
  };
  return {
    name: 'multi-label-classification',
    readout: { pool: 'first', outputs: labels.length },
    distribution: 'binary',
    labels,
    labelKind: 'multi-label',
    defaultMetric: 'f1_micro',
    checkpoint: { classSuffix: 'ForSequenceClassification', config: { problem_type: 'multi_label_classification' } },
    answerTensors: [
      labelTensor,
      scoreTensor,
      probabilitiesTensor(labels),
      { name: 'labels', datatype: 'BYTES', read: ({ labels: given = [] }) => [JSON.stringify(given)] },
    ],
    ...onWholeTexts(answer, ({ label, labels: several = label === undefined ? [] : [String(label)] }) =>
      target(several),
    ),

    target,
    answer,
    labelScores: (logits, examples) =>
      Object.fromEntries(
        labelScores(
          logits,
          examples.map((example) => (typeof example.target === 'number' ? [example.target] : listTarget(example))),
        ).map((each, i) => [labels[i] ?? String(i), each]),
      ),
    score: (metric, logits, examples) => {
      const score = scores[metric];
      if (score) return score(logits, examples.map(listTarget));
      throw new ModelError(
        'OPTION_INVALID',
        `Multi-label classification is not scored by "${metric}"; choose f1_micro, f1_macro, average_precision or accuracy (of all labels of a text).`,
      );
    },
    probability: (logits, example) =>
      mean(listTarget(example).map((target, i) => sigmoid(target === 1 ? (logits[i] ?? 0) : -(logits[i] ?? 0)))),
    divergence: (full, reduced) =>
      labels.reduce((sum, _, i) => sum + logitDivergence([full[i] ?? 0, 0], [reduced[i] ?? 0, 0]), 0),
    answerKeys: (logits) => logits.map((row) => answer(row).label),
    targets: (batch) => binaryTargets(batch, labels.length),
  };
};

/** How multi-label classification is found: by its `problem_type`, or by texts with lists of labels. */
export const multiLabelClassificationDefinition: TaskDefinition<Example> = {
  name: 'multi-label-classification',
  aliases: ['multi-label-classification', 'multi-label'],
  fits: (config) => problemOf(config) === 'multi_label_classification',
  make: (labels) => multiLabelClassification(distinctLabels(labels)),
  labels: {
    of: columnsOrLabels,
    problem: (labels) =>
      labels.length > 0
        ? undefined
        : 'No training example has a label; multi-label classification needs one label or more.',
    mayBeRare: true,
  },
  suits: (examples) => examples.some(({ labels }) => labels !== undefined),
};

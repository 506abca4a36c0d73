import type { Example } from '../datasets/dataset.js';
import { ModelError } from '../errors.js';
import { labelTensor, probabilitiesTensor, scoreTensor } from './answer-tensors.js';
import { distinctLabels } from './class-labels.js';
import { columnsOrLabels } from './labels-of.js';
import { problemOf } from './problem-type.js';
import type { SequenceTask } from './sequence-task.js';
import { onSequences } from './sequence-task.js';
import { argMax, logitDivergence, softmax } from './softmax.js';
import { classTargets, numberTarget } from './target-arrays.js';
import type { TaskDefinition } from './task-definition.js';

/** Answers are read by the names of the labels: two of one name would be one. */
const checkDistinct = (labels: readonly string[]): void => {
  const twice = labels.find((label, number) => labels.indexOf(label) < number);
  if (twice === undefined) return;
  throw new ModelError(
    'OPTION_INVALID',
    `The labels ${labels.join(', ')} hold ${JSON.stringify(twice)} twice; give every class a name of its own.`,
  );
};

/**
 * One of several labels for a text or a pair of texts.
 *
 * @param labels names of the classes, all different
 * @throws ModelError `OPTION_INVALID` when two are the same
 */
export const sequenceClassification = (labels: readonly string[]): SequenceTask => {
  checkDistinct(labels);
  const answer: SequenceTask['answer'] = (logits) => {
    const probabilities = softmax(logits);
    const best = argMax(probabilities);
    return {
      label: labels[best] ?? String(best),
      score: probabilities[best] ?? 0,
      probabilities: Object.fromEntries(labels.map((label, i) => [label, probabilities[i] ?? 0])),
    };
  };
  const target: SequenceTask['target'] = (label) => {
    const named = labels.indexOf(String(label));
    if (named >= 0) return named;
    throw new ModelError(
      'LABEL_UNKNOWN',
      `Label ${JSON.stringify(label)} is not one of this model's labels: ${labels.join(', ')}.`,
    );
  };
  return {
    name: 'sequence-classification',
    readout: { pool: 'first', outputs: labels.length },
    distribution: 'outputs',
    labels,
    labelKind: 'classification',
    defaultMetric: 'accuracy',
    checkpoint: { classSuffix: 'ForSequenceClassification', config: { problem_type: 'single_label_classification' } },
    answerTensors: [labelTensor, scoreTensor, probabilitiesTensor(labels)],
    ...onSequences({ name: 'sequence-classification', target, prediction: argMax, answer }),

    target,
    prediction: argMax,
    answer,
    probability: (logits, example) => softmax(logits)[numberTarget(example)] ?? 0,
    divergence: logitDivergence,
    answerKeys: (logits) => logits.map(argMax),
    targets: (batch) => classTargets(batch, labels.length),
  };
};

/** How classification is found: what a checkpoint does, and what texts with labels ask for, where nothing else is said. */
export const sequenceClassificationDefinition: TaskDefinition<Example> = {
  name: 'sequence-classification',
  aliases: ['classification', 'text-classification'],
  fits: (config) => problemOf(config) === 'single_label_classification',
  make: (labels) => sequenceClassification(distinctLabels(labels)),
  labels: {
    of: columnsOrLabels,
    problem: (labels) => {
      if (labels.length >= 2) return undefined;
      const which = labels.length === 0 ? 'carry no label' : `all carry the label ${JSON.stringify(labels[0])}`;
      return `The training examples ${which}; classification needs two labels or more.`;
    },
  },
  suits: () => true,
};

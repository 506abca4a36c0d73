import { ModelError } from '../errors.js';
import type { SequenceTask } from './sequence-task.js';
import { onSequences } from './sequence-task.js';
import { argMax, logitDivergence, softmax } from './softmax.js';
import { classTargets, numberTarget } from './target-arrays.js';

/** Answers are read by the names of the labels: two of one name would be one. */
const checkDistinct = (labels: readonly string[]): void => {
  const twice = labels.find((label, number) => labels.indexOf(label) < number);
  if (twice === undefined) return;
  throw new ModelError('OPTION_INVALID', `The labels ${labels.join(', ')} hold ${JSON.stringify(twice)} twice; give every class a name of its own.`);
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
  return {
    name: 'sequence-classification',
    outputs: labels.length,
    distribution: 'outputs',
    labels,
    defaultMetric: 'accuracy',
    ...onSequences({ prediction: argMax, answer }),

    target: (label) => {
      const named = labels.indexOf(String(label));
      if (named >= 0) return named;
      throw new ModelError('LABEL_UNKNOWN', `Label ${JSON.stringify(label)} is not one of this model's labels: ${labels.join(', ')}.`);
    },
    prediction: argMax,
    answer,
    probability: (logits, example) => softmax(logits)[numberTarget(example)] ?? 0,
    divergence: logitDivergence,
    answerKeys: (logits) => logits.map(argMax),
    targets: (batch) => classTargets(batch, labels.length),
  };
};

import type { LabelledInput } from '../tasks/labelled-input.js';
import { ModelError } from '../errors.js';
import type { PredictLogitsOptions } from '../model/predict-logits.js';
import { predictLogits } from '../model/predict-logits.js';
import { mean } from '../metrics/mean.js';
import type { MetricName } from '../metrics/metric.js';
import type { RetrievalMetricName } from '../metrics/retrieval.js';
import type { RunnableModel } from '../model/runnable-model.js';
import { logitCount } from '../tasks/readout.js';
import type { Task } from '../tasks/task.js';
import { isRetrievalMetric, retrievalScorer, searchedDocuments } from './retrieval-scorer.js';

/**
 * What a model can be scored by; higher is better.
 *
 * - a metric of its predictions, such as `accuracy`;
 * - `probability`: the mean probability it gives to what is right: the label, having or not having each of the labels, the ends of the answer, the tags;
 * - `fidelity`: how near its answers are to those of the full length, `exp(-mean divergence)`, the divergence being
 *   KL(full || reduced) of the probabilities (summed over the labels where a text may have several), or the squared difference for regression; for embeddings it is the mean cosine of the vectors. 1 is the same answers. It
 *   needs no labels and sees every change of confidence, which makes it the best guide of a search on a few hundred examples;
 * - a metric of retrieval, such as `ndcg@10`: what queries, at the full length, find among documents by their vectors.
 */
export type ScoreName = MetricName | RetrievalMetricName | 'probability' | 'fidelity';

/** The score that is asked for; where none is, the task's own metric. */
export const scoreNameFor = ({ defaultMetric }: Pick<Task, 'defaultMetric'>, asked?: ScoreName): ScoreName =>
  asked ?? defaultMetric;

/** Scores the logits that a model gave to the examples the scorer was made for. */
export type Scorer = (logits: readonly Float32Array[]) => number;

/** What a task gives to what is right. @throws ModelError `OPTION_INVALID` for a task without probabilities */
export const probabilityOf = ({ name, probability }: Task): NonNullable<Task['probability']> => {
  if (probability) return probability;
  throw new ModelError(
    'OPTION_INVALID',
    `The score "probability" needs a classification model; this one does ${name}.`,
  );
};

/**
 * Checks that a task has a score, on logits that say nothing: before work is done whose results it is to judge.
 *
 * @throws ModelError `OPTION_INVALID`
 */
export const checkScore = (task: Task, score: ScoreName, examples: readonly LabelledInput[]): void => {
  if (score === 'probability') probabilityOf(task);
  const [first] = examples;
  if (isRetrievalMetric(score)) {
    searchedDocuments(score, examples);
    return;
  }
  if (score === 'fidelity' || score === 'probability' || first === undefined) return;
  task.score(score, [new Float32Array(logitCount(task.readout, first.input.ids.length))], [first]);
};

/** `fidelity` to logits that are given: those of the full length, or of another model. */
export const fidelityTo = (
  { nearness, divergence }: Pick<Task, 'nearness' | 'divergence'>,
  full: readonly Float32Array[],
  examples: readonly LabelledInput[],
): Scorer => {
  if (nearness) return (logits) => mean(logits.map((row, i) => nearness(full[i] ?? [], row)));
  return (logits) => Math.exp(-mean(examples.map((example, i) => divergence(full[i] ?? [], logits[i] ?? [], example))));
};

/**
 * Makes the scorer of a model on examples. For `fidelity` the full length runs once, here.
 *
 * @param asked what to score by; default the task's own metric
 * @throws ModelError `DATA_INVALID` without examples, `OPTION_INVALID` for a score that the task does not have
 */
export const createScorer = async (
  model: RunnableModel,
  examples: readonly LabelledInput[],
  asked?: ScoreName,
  options: PredictLogitsOptions = {},
): Promise<Scorer> => {
  const { task } = model;
  const score = scoreNameFor(task, asked);
  if (examples.length === 0)
    throw new ModelError('DATA_INVALID', 'There are no examples to score a model on; expected at least one.');
  checkScore(task, score, examples);
  if (score === 'fidelity') {
    const full = await predictLogits(
      model,
      examples.map(({ input }) => input),
      { ...options, point: undefined },
    );
    return fidelityTo(task, full, examples);
  }
  if (isRetrievalMetric(score)) return retrievalScorer(model, examples, score, options);
  if (score === 'probability') {
    const probability = probabilityOf(task);
    return (logits) => mean(examples.map((example, i) => probability(logits[i] ?? [], example)));
  }
  return (logits) => task.score(score, logits, examples);
};

import type { OperatingPoint } from '@length-adaptive/core';
import { predictLogits } from '../model/predict-logits.js';
import type { RunnableModel } from '../model/runnable-model.js';
import type { LabelledInput } from '../tasks/labelled-input.js';
import { isRetrievalMetric } from './retrieval-scorer.js';
import type { ScoreName } from './score.js';
import { probabilityOf, scoreNameFor } from './score.js';

/** Scores operating points example by example, where a score is a mean over them, or follows from one. */
export interface ExampleScorer {
  /** Examples that are scored one by one: texts, or questions with all of their windows. */
  readonly examples: number;
  /**
   * What points have on some examples, named by their numbers from 0: for each point a row, in the order of the examples. Higher is better.
   *
   * @throws ModelError `ABORTED`
   */
  score(
    points: readonly OperatingPoint[],
    examples: readonly number[],
    context?: { readonly signal?: AbortSignal | undefined },
  ): Promise<readonly (readonly number[])[]>;
  /** The score of a point on all examples, by the mean of what it has on each; it grows with the mean. */
  ofMean(mean: number): number;
}

/** Numbers of inputs that one score is of, and that score of their logits. */
interface Parts {
  readonly rows: readonly (readonly number[])[];
  readonly score: (logits: readonly Float32Array[], rows: readonly number[]) => number;
  readonly ofMean?: ExampleScorer['ofMean'];
}

/** @param full logits at the full length, once they are needed */
const partsOf = (
  { task }: RunnableModel,
  examples: readonly LabelledInput[],
  score: ScoreName,
  full: () => readonly Float32Array[],
): Parts | undefined => {
  const each = examples.map((_, row) => [row]);
  const exampleOf = (row: number): LabelledInput => examples[row] as LabelledInput;
  if (score === 'fidelity') {
    const { nearness } = task;
    if (nearness) return { rows: each, score: ([own = []], [row = 0]) => nearness(full()[row] ?? [], own) };
    return {
      rows: each,
      score: ([own = []], [row = 0]) => -task.divergence(full()[row] ?? [], own, exampleOf(row)),
      ofMean: Math.exp,
    };
  }
  if (score === 'probability') {
    const probability = probabilityOf(task);
    return { rows: each, score: ([own = []], [row = 0]) => probability(own, exampleOf(row)) };
  }
  if (isRetrievalMetric(score)) return undefined; // of queries, which all examples may answer
  const rows = task.scoredTogether?.(score, examples);
  if (rows === undefined) return undefined;
  return { rows, score: (own, of) => task.score(score, own, of.map(exampleOf)) };
};

/**
 * Scores operating points on parts of the examples by running the model: what points race by. For `fidelity` the full length runs with the
 * first point.
 *
 * @param asked what to score by; default the task's own metric
 * @returns undefined for a metric that is no mean over examples, such as F1 of labels or a correlation
 * @throws ModelError `OPTION_INVALID` for a score that the task does not have
 */
export const exampleScorer = (
  model: RunnableModel,
  examples: readonly LabelledInput[],
  asked?: ScoreName,
): ExampleScorer | undefined => {
  const score = scoreNameFor(model.task, asked);
  const inputs = examples.map(({ input }) => input);
  let full: readonly Float32Array[] = [];
  const parts = partsOf(model, examples, score, () => full);
  if (parts === undefined || parts.rows.length < 2) return undefined;
  return {
    examples: parts.rows.length,
    ofMean: parts.ofMean ?? ((value) => value),
    score: async (points, wanted, { signal } = {}) => {
      if (score === 'fidelity' && full.length === 0)
        full = await predictLogits(model, inputs, { point: undefined, signal });
      const groups = wanted.map((example) => parts.rows[example] ?? []);
      const rows = groups.flat();
      const scores: number[][] = [];
      for (const point of points) {
        const logits = await predictLogits(
          model,
          rows.map((row) => inputs[row] as (typeof inputs)[number]),
          { point, signal },
        );
        let at = 0;
        scores.push(groups.map((group) => parts.score(logits.slice(at, (at += group.length)), group)));
      }
      return scores;
    },
  };
};

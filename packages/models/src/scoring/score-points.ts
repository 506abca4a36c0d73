import type { OperatingPoint } from '@length-adaptive/core';
import type { LabelledInput } from '../tasks/labelled-input.js';
import { predictLogits } from '../model/predict-logits.js';
import type { RunnableModel } from '../model/runnable-model.js';
import type { Scorer, ScoreName } from './score.js';
import { createScorer } from './score.js';

/** What is told beside points that are to be scored. */
export interface ScoreContext {
  readonly signal?: AbortSignal | undefined;
  /** What names each point in a cache or a queue. */
  readonly keys: readonly string[];
  /** Hears each score as soon as it is known, in any order. */
  readonly onScore?: ((index: number, score: number) => void) | undefined;
}

/** Scores operating points: one number for each, in their order; higher is better. */
export type ScorePoints = (points: readonly OperatingPoint[], context: ScoreContext) => Promise<readonly number[]>;

/**
 * Scores operating points by running the model on examples, one after the other: what a length search does by itself, and what a process
 * elsewhere does for one. The scorer is made with the first point.
 *
 * The function it gives throws ModelError `ABORTED`, `DATA_INVALID` without examples, `OPTION_INVALID` for a score that the task does not have.
 */
export const pointScorer = (
  model: RunnableModel,
  examples: readonly LabelledInput[],
  metric?: ScoreName,
): ScorePoints => {
  const inputs = examples.map(({ input }) => input);
  let scorer: Scorer | undefined;
  return async (points, { signal, onScore }) => {
    scorer ??= await createScorer(model, examples, metric, { signal });
    const scores: number[] = [];
    for (const point of points) {
      const score = scorer(await predictLogits(model, inputs, { point, signal }));
      scores.push(score);
      onScore?.(scores.length - 1, score);
    }
    return scores;
  };
};

import type { LabelledInput } from '../tasks/labelled-input.js';
import type { PredictLogitsOptions } from '../model/predict-logits.js';
import { predictLogits } from '../model/predict-logits.js';
import type { RunnableModel } from '../model/runnable-model.js';
import type { ScoreName } from './score.js';
import { createScorer } from './score.js';

export interface EvaluateOptions extends PredictLogitsOptions {
  /** What to score by. Default: the task's own metric. */
  readonly metric?: ScoreName | undefined;
}

/**
 * The score of a model on labelled inputs at an operating point; higher is better.
 *
 * @throws ModelError `DATA_INVALID` without examples, `OPTION_INVALID`, `ABORTED`
 */
export const evaluate = async (
  model: RunnableModel,
  examples: readonly LabelledInput[],
  { metric, ...options }: EvaluateOptions = {},
): Promise<number> => {
  const score = await createScorer(model, examples, metric, options);
  return score(
    await predictLogits(
      model,
      examples.map(({ input }) => input),
      options,
    ),
  );
};

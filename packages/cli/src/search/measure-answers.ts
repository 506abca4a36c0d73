import type { OperatingPoint } from '@length-adaptive/core';
import type { LabelledInput, MetricName, ParetoPoint, RunnableModel } from '@length-adaptive/models';
import { createScorer, flipShare, predictLogits } from '@length-adaptive/models';
import type { Context } from '../context/command.js';

/** What is measured, beside the score of the search, of the answers at an operating point. */
type MeasuredAnswers = Pick<ParetoPoint, 'heldOutScore' | 'flips'>;

/**
 * What operating points score on held-out examples, and how many of their answers there are others than those of the full length.
 * Without held-out examples only the flips are measured, on the searched ones.
 *
 * @param points the full length first
 * @throws ModelError `ABORTED`, `OPTION_INVALID` for a metric that the task does not have
 */
export const measureAnswers = async (
  model: RunnableModel,
  points: readonly OperatingPoint[],
  {
    heldOut,
    searched,
    metric,
    context,
  }: {
    readonly heldOut: readonly LabelledInput[];
    readonly searched: readonly LabelledInput[];
    readonly metric: MetricName;
    readonly context: Context;
  },
): Promise<MeasuredAnswers[]> => {
  const examples = heldOut.length > 0 ? heldOut : searched;
  const inputs = examples.map(({ input }) => input);
  const score = heldOut.length > 0 ? await createScorer(model, heldOut, metric) : undefined;
  const progress = context.progress(heldOut.length > 0 ? 'held-out scores' : 'flips', 'configurations');
  const measured: MeasuredAnswers[] = [];
  let full: Float32Array[] | undefined;
  for (const point of points) {
    if (!score && !model.task.answerKeys) break;
    const logits = await predictLogits(model, inputs, { point, signal: context.signal });
    full ??= logits;
    const flips = flipShare(model.task, full, logits, examples);
    measured.push({ ...(score && { heldOutScore: score(logits) }), ...(flips !== undefined && { flips }) });
    progress.update(measured.length, points.length);
  }
  progress.end();
  return measured;
};

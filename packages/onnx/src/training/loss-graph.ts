import type { KlOptions } from '@length-adaptive/core/training';
import type { AdaptationWeights, LossTask } from '@length-adaptive/models/engine';
import { labelLoss, labelLossIsWeighted, logitAxes, targetAxes, teacherLoss } from '@length-adaptive/models/engine';
import { OnnxError } from '../errors.js';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { graphLossOps } from './graph-loss-ops.js';

/** What a pass learns from: the labels; the logits of a teacher; or, of a model that is adapted, the original's, at full length or of a sub-model. */
export type LossSource = 'labels' | 'teacher' | 'original' | 'original-reduced';

export interface LossOptions extends KlOptions {
  readonly task: LossTask;
  readonly from: LossSource;
  /** Of a model that is adapted. */
  readonly adaptation?: AdaptationWeights | undefined;
}

/** The loss of a model that is adapted. Inputs: `teacher`, the original's logits; `weights` and `bias`, what is compared in the batch. */
const addAdaptationLoss = (
  g: GraphBuilder,
  logits: Value,
  { task: { adaptation: loss, readout }, from, adaptation: weights }: LossOptions,
): Value => {
  if (!loss || !weights) throw new OnnxError('OPTION_INVALID', 'The task has nothing that it is adapted by.');
  const ops = graphLossOps(g);
  const given = { teacher: g.input('teacher', 'float32', logitAxes(readout)), student: logits };
  const compared = {
    weights: g.input('weights', 'float32', ['batch', 1]),
    bias: g.input('bias', 'float32', ['batch', 'batch']),
  };
  return from === 'original' ? loss.full(ops, given, compared) : loss.reduced(ops, given, compared, weights);
};

/**
 * Adds the loss of a pass, on the labels or against a teacher. Inputs: `labels` and `weights`,
 * the task's targets; `token_bias` [B, 1, T] where probabilities run over the tokens, far below zero for padding; and for a pass with
 * a teacher `teacher`, its logits, and `label_weight`, the weight of the labels beside them. Those of a model that is adapted are its own.
 */
export const addLoss = (g: GraphBuilder, logits: Value, options: LossOptions): Value => {
  const { task, from, adaptation: _, ...kl } = options;
  if (from === 'original' || from === 'original-reduced') return addAdaptationLoss(g, logits, options);
  const ops = graphLossOps(g);
  const axes = targetAxes(task);
  const input = (name: string, shape: readonly (string | number)[]): Value => g.input(name, 'float32', shape);
  const targets = {
    labels: input('labels', axes.labels),
    weights: from === 'teacher' || labelLossIsWeighted(task) ? input('weights', axes.weights) : undefined,
    tokenBias: task.distribution === 'tokens' ? input('token_bias', ['batch', 1, 'sequence']) : undefined,
  };
  if (from === 'labels') return labelLoss(ops, task, logits, targets);
  const distilled = teacherLoss(
    ops,
    task,
    { teacher: input('teacher', logitAxes(task.readout)), student: logits },
    targets,
    kl,
  );
  return ops.add(distilled, ops.mul(labelLoss(ops, task, logits, targets), input('label_weight', [])));
};

import type { KlOptions } from '@length-adaptive/core/training';
import type { LossTask } from '@length-adaptive/models/engine';
import { labelLoss, labelLossIsWeighted, logitAxes, targetAxes, teacherLoss } from '@length-adaptive/models/engine';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { graphLossOps } from './graph-loss-ops.js';

export interface LossOptions extends KlOptions {
  readonly task: LossTask;
  readonly from: 'labels' | 'teacher';
}

/**
 * Adds the loss of a pass, on the labels or against a teacher. Inputs: `labels` and `weights`,
 * the task's targets; `token_bias` [B, 1, T] where probabilities run over the tokens, far below zero for padding; and for a pass with
 * a teacher `teacher`, its logits, and `label_weight`, the weight of the labels beside them.
 */
export const addLoss = (g: GraphBuilder, logits: Value, { task, from, ...kl }: LossOptions): Value => {
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

import type { KlOptions } from '@length-adaptive/core/training';
import { labelLoss, teacherLoss } from '@length-adaptive/models/engine';
import type { Task } from '@length-adaptive/models/predict';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { graphLossOps } from './graph-loss-ops.js';

export interface LossOptions extends KlOptions {
  readonly task: Pick<Task, 'reads' | 'distribution'>;
  readonly from: 'labels' | 'teacher';
}

/** Names of the axes of logits, of targets (probabilities run over the last axis), and of weights. */
const axesOf = ({
  reads,
  distribution,
}: LossOptions['task']): Readonly<Record<'logits' | 'labels' | 'weights', readonly (string | number)[]>> => {
  if (distribution === 'binary')
    return { logits: ['batch', 'outputs'], labels: ['batch', 'outputs', 2], weights: ['batch', 'outputs', 1] };
  if (reads === 'first') return { logits: ['batch', 'outputs'], labels: ['batch', 'outputs'], weights: ['batch', 1] };
  const logits = ['batch', 'sequence', 'outputs'];
  return distribution === 'tokens'
    ? { logits, labels: ['batch', 'outputs', 'sequence'], weights: ['batch', 'outputs', 1] }
    : { logits, labels: logits, weights: ['batch', 'sequence', 1] };
};

/**
 * Adds the loss of a pass, on the labels or against a teacher. Inputs: `labels` and `weights`,
 * the task's targets; `token_bias` [B, 1, T] where probabilities run over the tokens, far below zero for padding; and for a pass with
 * a teacher `teacher`, its logits, and `label_weight`, the weight of the labels beside them.
 */
export const addLoss = (g: GraphBuilder, logits: Value, { task, from, ...kl }: LossOptions): Value => {
  const ops = graphLossOps(g);
  const axes = axesOf(task);
  const input = (name: string, shape: readonly (string | number)[]): Value => g.input(name, 'float32', shape);
  const targets = {
    labels: input('labels', axes.labels),
    weights: from === 'teacher' || task.distribution === 'none' ? input('weights', axes.weights) : undefined,
    tokenBias: task.distribution === 'tokens' ? input('token_bias', ['batch', 1, 'sequence']) : undefined,
  };
  if (from === 'labels') return labelLoss(ops, task, logits, targets);
  const distilled = teacherLoss(ops, task, { teacher: input('teacher', axes.logits), student: logits }, targets, kl);
  return ops.add(distilled, ops.mul(labelLoss(ops, task, logits, targets), input('label_weight', [])));
};

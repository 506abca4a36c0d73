/** The losses of a task, written once with the arithmetic of an engine. */
import type { KlOptions, LossOps } from '@length-adaptive/core/training';
import { distillationDivergence, weightedCrossEntropy, weightedSquaredError } from '@length-adaptive/core/training';
import type { Task } from './task.js';

/** The targets of a batch as values of an engine, in the layout of `TargetArrays`. */
export interface TargetValues<T> {
  readonly labels: T;
  readonly weights: T | undefined;
  /** Where probabilities run over the tokens: far below zero for padding, [B, 1, T]. */
  readonly tokenBias: T | undefined;
}

/** Logits of the head -> the layout of `TargetArrays`, padding without probability. */
const arrangement =
  <T>(ops: LossOps<T>, { distribution }: Pick<Task, 'distribution'>, { tokenBias }: TargetValues<T>) =>
  (logits: T): T => {
    if (distribution === 'binary') return ops.withOpposite(logits);
    return tokenBias === undefined ? logits : ops.add(ops.swapLastAxes(logits), tokenBias);
  };

/** Mean loss of a batch: cross-entropy (of several labels a text: the mean of the binary ones), or the squared error of a regression. */
export const labelLoss = <T>(
  ops: LossOps<T>,
  task: Pick<Task, 'distribution'>,
  logits: T,
  targets: TargetValues<T>,
): T =>
  task.distribution === 'none'
    ? weightedSquaredError(ops, logits, targets.labels, targets.weights as T)
    : weightedCrossEntropy(ops, arrangement(ops, task, targets)(logits), targets.labels); // the labels are weighted already

/** Mean divergence of a sub-model from the full model: KL of the distributions (the mean over all of them), or the squared difference of a regression. */
export const teacherLoss = <T>(
  ops: LossOps<T>,
  task: Pick<Task, 'distribution'>,
  { teacher, student }: { readonly teacher: T; readonly student: T },
  targets: TargetValues<T>,
  options: KlOptions = {},
): T => {
  const weights = targets.weights as T;
  if (task.distribution === 'none') return weightedSquaredError(ops, student, teacher, weights);
  return distillationDivergence(ops, teacher, student, weights, {
    ...options,
    arrange: arrangement(ops, task, targets),
  });
};

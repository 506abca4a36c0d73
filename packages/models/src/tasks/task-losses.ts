/** The losses of a task, written once with the arithmetic of an engine. */
import type { KlOptions, LossOps } from '@length-adaptive/core/training';
import { distillationDivergence, weightedCrossEntropy, weightedSquaredError } from '@length-adaptive/core/training';
import type { Task } from './task.js';
import type { TargetAxes, TargetValues, TeacherAndStudent, WeightedTargets } from './task-loss.js';

/** Logits of the head -> the layout of `TargetArrays`, padding without probability. */
const arrangement =
  <T>(ops: LossOps<T>, { distribution }: Pick<Task, 'distribution'>, { tokenBias }: TargetValues<T>) =>
  (logits: T): T => {
    if (distribution === 'binary') return ops.withOpposite(logits);
    return tokenBias === undefined ? logits : ops.add(ops.swapLastAxes(logits), tokenBias);
  };

/** What of a task its losses depend on. */
export type LossTask = Pick<Task, 'readout' | 'distribution' | 'loss' | 'adaptation'>;

/** Names of the axes of a task's targets. */
export const targetAxes = ({ readout: { pool }, distribution, loss }: LossTask): TargetAxes => {
  if (loss) return loss.axes;
  if (distribution === 'binary') return { labels: ['batch', 'outputs', 2], weights: ['batch', 'outputs', 1] };
  if (pool !== 'none') return { labels: ['batch', 'outputs'], weights: ['batch', 1] };
  return distribution === 'tokens'
    ? { labels: ['batch', 'outputs', 'sequence'], weights: ['batch', 'outputs', 1] }
    : { labels: ['batch', 'sequence', 'outputs'], weights: ['batch', 'sequence', 1] };
};

/** Whether the loss on the labels needs the weights besides: not where the labels are distributions, which carry them. */
export const labelLossIsWeighted = ({ distribution, loss }: LossTask): boolean =>
  loss !== undefined || distribution === 'none';

/** Mean loss of a batch: the task's own; else cross-entropy (of several labels a text: the mean of the binary ones), or the squared error of a regression. */
export const labelLoss = <T>(
  ops: LossOps<T>,
  task: Pick<Task, 'distribution' | 'loss'>,
  logits: T,
  targets: TargetValues<T>,
): T => {
  if (task.loss) return task.loss.own(ops, logits, targets as WeightedTargets<T>);
  return task.distribution === 'none'
    ? weightedSquaredError(ops, logits, targets.labels, targets.weights as T)
    : weightedCrossEntropy(ops, arrangement(ops, task, targets)(logits), targets.labels); // the labels are weighted already
};

/** Mean divergence of a sub-model from the full model: the task's own; else KL of the distributions (the mean over all of them), or the squared difference of a regression. */
export const teacherLoss = <T>(
  ops: LossOps<T>,
  task: Pick<Task, 'distribution' | 'loss'>,
  given: TeacherAndStudent<T>,
  targets: TargetValues<T>,
  options: KlOptions = {},
): T => {
  const weights = targets.weights as T;
  if (task.loss?.distilled) return task.loss.distilled(ops, given, targets as WeightedTargets<T>);
  const { teacher, student } = given;
  if (task.distribution === 'none') return weightedSquaredError(ops, student, teacher, weights);
  return distillationDivergence(ops, teacher, student, weights, {
    ...options,
    arrange: arrangement(ops, task, targets),
  });
};

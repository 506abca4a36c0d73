import type { LossOps } from '@length-adaptive/core/training';

/** The targets of a batch as values of an engine, in the layout of `TargetArrays`. */
export interface TargetValues<T> {
  readonly labels: T;
  readonly weights: T | undefined;
  /** Where probabilities run over the tokens: far below zero for padding, [B, 1, T]. */
  readonly tokenBias: T | undefined;
}

/** Names or sizes of the axes of `TargetArrays`; the one that probabilities run over is the last of `labels`, and `weights` ends with 1. */
export interface TargetAxes {
  readonly labels: readonly (string | number)[];
  readonly weights: readonly (string | number)[];
}

/**
 * A loss that a task brings along, over the operations that every engine has. Both parts give a scalar; the weights of the targets sum to 1,
 * so that it is a mean.
 */
export interface TaskLoss {
  /** Axes of the arrays that `Task.targets` makes. */
  readonly axes: TargetAxes;
  /** What the model learns by itself: of labels, or of the inputs alone. */
  own<T>(ops: LossOps<T>, logits: T, targets: WeightedTargets<T>): T;
  /** How far a sub-model is from the full model, or a student from its teacher. Default: what follows from the task's `distribution`. */
  distilled?<T>(ops: LossOps<T>, given: TeacherAndStudent<T>, targets: WeightedTargets<T>): T;
}

/** Targets that come with their weights. */
export type WeightedTargets<T> = TargetValues<T> & { readonly weights: T };

/** Logits to learn from, and those that learn. */
export interface TeacherAndStudent<T> {
  readonly teacher: T;
  readonly student: T;
}

import type { KlOptions } from '@length-adaptive/core';
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import type { MetricName } from '../metrics/metric.js';

/** What a model answers for one input. */
export interface Answer {
  /** The label, or the number of a regression as text. */
  readonly label: string;
  /** Confidence in [0, 1] for classification; the predicted number for regression. */
  readonly score: number;
  /** Probability of each label, in the order of the model's labels. Absent for regression. */
  readonly probabilities?: Readonly<Record<string, number>>;
}

/** A task on whole sequences: what the head's outputs mean. One file a task. */
export interface SequenceTask {
  readonly name: 'sequence-classification' | 'regression';
  /** Outputs of the head. */
  readonly outputs: number;
  /** Label names by class number; empty for regression. */
  readonly labels: readonly string[];
  /** Name of the metric reported when none is asked for. */
  readonly defaultMetric: MetricName;
  /**
   * Label of an example -> the number the loss works with.
   *
   * @throws ModelError `LABEL_UNKNOWN`
   */
  target(label: string | number): number;
  /** Logits of one row -> the number metrics work with: class number or regression value. */
  prediction(logits: ArrayLike<number>): number;
  answer(logits: ArrayLike<number>): Answer;
  /** Probability that a row's logits give to its target; absent for tasks without probabilities. */
  probability?(logits: ArrayLike<number>, target: number): number;
  /** Mean loss over [B, outputs] logits. */
  /** How far a row's logits are from those of the full length; 0 when they say the same. */
  divergence(full: ArrayLike<number>, reduced: ArrayLike<number>): number;
  loss(logits: Tensor, targets: readonly number[]): Scalar;
  distillationLoss(teacher: Tensor, student: Tensor, options: KlOptions): Scalar;
}

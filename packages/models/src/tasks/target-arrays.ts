import type { LabelledInput } from './labelled-input.js';

/**
 * The targets of a batch in the layout of the task's distributions: [B, outputs] for heads on the first token, [B, outputs, 2] where
 * each output has a probability of its own (yes, then no), [B, outputs, T] where probabilities run over the tokens, [B, T, outputs] for heads on every token.
 */
export interface TargetArrays {
  /** One-hot, already multiplied by the weights; or the values of a regression. */
  readonly labels: Float32Array;
  readonly labelShape: readonly number[];
  /** Weight of each distribution in the loss, 1 in sum; its shape ends with 1. */
  readonly weights: Float32Array;
  readonly weightShape: readonly number[];
}

/** T: tokens of the longest row. */
export const widthOf = (batch: readonly LabelledInput[]): number =>
  Math.max(...batch.map(({ input }) => input.ids.length));

/** A target that is one number. */
export const numberTarget = ({ target }: LabelledInput): number => (typeof target === 'number' ? target : Number.NaN);

/** A target that is a list. */
export const listTarget = ({ target }: LabelledInput): readonly number[] =>
  target === undefined || typeof target === 'number' ? [] : target;

/** One class an input: [B, outputs], each row weighing the same. */
export const classTargets = (batch: readonly LabelledInput[], outputs: number): TargetArrays => {
  const share = 1 / batch.length;
  const labels = new Float32Array(batch.length * outputs);
  batch.forEach((example, row) => {
    labels[row * outputs + numberTarget(example)] = share;
  });
  return {
    labels,
    labelShape: [batch.length, outputs],
    weights: new Float32Array(batch.length).fill(share),
    weightShape: [batch.length, 1],
  };
};

/** Each output 1 or 0 for an input: [B, outputs, 2], each output of each input weighing the same. */
export const binaryTargets = (batch: readonly LabelledInput[], outputs: number): TargetArrays => {
  const share = 1 / (batch.length * outputs);
  const labels = new Float32Array(batch.length * outputs * 2);
  batch.forEach((example, row) =>
    listTarget(example).forEach((target, output) => {
      labels[2 * (row * outputs + output) + (target === 1 ? 0 : 1)] = share;
    }),
  );
  return {
    labels,
    labelShape: [batch.length, outputs, 2],
    weights: new Float32Array(batch.length * outputs).fill(share),
    weightShape: [batch.length, outputs, 1],
  };
};

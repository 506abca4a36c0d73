/** What a reducer learns where a task does not say which tokens matter: how much the gradient of the full pass says so. */
import { paddingScore } from '@length-adaptive/core/encoder';
import type { LossOps } from '@length-adaptive/core/training';
import { weightedCrossEntropy } from '@length-adaptive/core/training';
import type { LabelledInput } from './labelled-input.js';
import { predictorLossWeight } from './matters-targets.js';
import { widthOf } from './target-arrays.js';

/** Which tokens are ranked, and how much each input counts. */
export interface RankedArrays {
  /** 0 for tokens that are ranked, far below zero for padding and for the first token, which always stays: [B, T] */
  readonly bias: Float32Array;
  /** 1 in sum: [B, 1] */
  readonly weights: Float32Array;
}

/** `RankedArrays` as values of an engine. */
export interface RankedValues<T> {
  readonly bias: T;
  readonly weights: T;
}

/** `RankedArrays` of a batch. */
export const rankedArrays = (batch: readonly LabelledInput[]): RankedArrays => {
  const width = widthOf(batch);
  const bias = new Float32Array(batch.length * width).fill(paddingScore);
  batch.forEach(({ input: { ids } }, row) => bias.fill(0, row * width + 1, row * width + ids.length));
  return { bias, weights: new Float32Array(batch.length).fill(1 / batch.length) };
};

/**
 * What saliency is the gradient of where there are no labels: half the squared length of what the head gives, before it is divided by that length.
 *
 * @param outputs [B, outputs], or of every token
 */
export const answerStrength = <T>(ops: LossOps<T>, outputs: T): T => ops.scale(ops.sum(ops.mul(outputs, outputs)), 0.5);

/**
 * What a reducer learns from: the mean over layers and inputs of the cross-entropy of the softmax of what it predicts, and the shares of the tokens in
 * their saliency (after AdapLeR, Modarressi et al. 2022).
 *
 * @param predictions logits of each layer, [B, T]
 * @param saliencies how much the states matter that leave each of these layers, 0 or more, in any scale, [B, T]; constants
 */
export const saliencyLoss = <T>(
  ops: LossOps<T>,
  predictions: readonly T[],
  saliencies: readonly T[],
  { bias, weights }: RankedValues<T>,
): T | undefined => {
  const ranked = ops.exp(bias);
  const losses = predictions.map((logits, layer) => {
    const shares = ops.shares(ops.mul(saliencies[layer] as T, ranked));
    return weightedCrossEntropy(ops, ops.add(logits, bias), ops.mul(shares, weights));
  });
  const [first, ...others] = losses;
  if (first === undefined) return undefined;
  const total = others.reduce((sum, loss) => ops.add(sum, loss), first);
  return ops.scale(total, predictorLossWeight / losses.length);
};

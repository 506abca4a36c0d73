import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Extent } from '../encoder/attention.js';

/** What a reducer may look at when a layer has attended. */
export interface ReducerInput {
  /** Index of the layer in the encoder. */
  readonly layer: number;
  /** Attention probabilities before dropout, [B, heads, T, T]. */
  readonly probabilities: Tensor4D;
  /** Hidden states after the attention block, [B * T, hidden]. */
  readonly hidden: Tensor2D;
  /** Which slots are real. */
  readonly extent: Extent;
}

/** Decides which tokens leave a layer: the ones with the highest scores stay. What an input's `prior` says is added to them. */
export interface Reducer {
  readonly name: string;
  /** Scores, [B, T]: non-negative for real tokens, below zero for padding. Ties go to the earlier token. */
  score(input: ReducerInput): Tensor2D;
}

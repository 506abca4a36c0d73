import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import type { TokenGroup } from '../../drop-and-restore.js';
import type { Selection } from '../../selection/selection.js';
import type { Extent } from '../../extent.js';
import type { ProjectionsOf } from '../encoder-ops.js';
import type { ObservedBy } from '../observe.js';
import type { Halves } from './halves.js';

/** The tokens that are in the encoder between two layers. */
export type TensorTokens = {
  readonly extent: Extent;
  /** Where each token stood in the input, when that is asked for: [B, K] int32 */
  readonly positions: Tensor2D | undefined;
  /** Those that have left, when they shall come back. */
  readonly departed: readonly TokenGroup[] | undefined;
  /** What is added to their scores, while anything is: [B, K] */
  readonly prior: Tensor2D | undefined;
  /** How many tokens of the input each slot stands for, 0 for padding, once any have become one: [B, K] */
  readonly sizes: Tensor2D | undefined;
  /** Which of them may become one, where they may: [B, K] */
  readonly segments: Tensor2D | undefined;
  /** The slot of what each token of the input has become, once any have become one: [B, T] int32 */
  readonly owners: Tensor2D | undefined;
  /** Their types, where attention compares them: [B, K] int32 */
  readonly types?: Tensor2D | undefined;
  /** Of those that a layer has made which halves: what brings back those that entered it. */
  readonly level?: TensorLevel | undefined;
};

/** Tokens that were made of others two by two. */
export interface TensorLevel {
  readonly halves: Halves;
  /** Where each slot stood when they had been made: [B, K] int32 */
  readonly places: Tensor2D;
  /** The slot of what each of them has become, once any have become one: [B, N] int32 */
  readonly owners: Tensor2D | undefined;
}

/** Which slots are kept. */
export interface TensorMove {
  /** The slots of each row, those that are kept first: [B, T] int32 */
  readonly order: Tensor2D;
  readonly kept: Selection;
  readonly extent: Extent;
  /** What goes into the tokens that stay, where it does. */
  readonly mixed?: Mixed | undefined;
  /** Where it halves. */
  readonly halves?: Halves | undefined;
}

/** Tokens that become one. */
export interface Mixed {
  /** What share each slot has in each new one: [B, N, T], rows of sum 1, or 0 for padding */
  readonly shares: Tensor3D;
  /** The new slot that each goes into: [B, T] */
  readonly into: Tensor2D;
  /** [B, N]; undefined: each stands for itself alone */
  readonly sizes: Tensor2D | undefined;
}

/** What the encoder computes with on TensorFlow.js: states are flat, [B * K, hidden]. */
export interface TensorEngine {
  readonly states: Tensor2D;
  readonly probabilities: Tensor4D;
  readonly scores: Tensor2D;
  readonly pairs: Tensor3D;
  /** [B * blocks, height, width, channels] */
  readonly tiles: Tensor4D;
  readonly flags: Tensor;
  readonly weight: Tensor;
  readonly tokens: TensorTokens;
  /** Tokens that stay in each row. */
  readonly step: readonly number[];
  readonly move: TensorMove;
}

/** What was asked for of the inside of an encoder: states and projections are flat, [B * T, hidden]. */
export type Observed = ObservedBy<TensorEngine>;

/** What attention compares and mixes: [B * T, hidden] each, all heads side by side. */
export type Projections = ProjectionsOf<Tensor2D>;

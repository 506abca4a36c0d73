import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { Activation } from './activation.js';

/** An affine map. The kernel is stored input-major, the layout that every TensorFlow.js backend multiplies fastest. */
export interface DenseWeights {
  /** [in, out] */
  readonly kernel: Tensor2D;
  /** [out] */
  readonly bias: Tensor1D;
}

/** An affine map of low rank: x down up + bias. */
export interface FactoredWeights {
  /** [in, rank] */
  readonly down: Tensor2D;
  /** [rank, out] */
  readonly up: Tensor2D;
  /** [out] */
  readonly bias: Tensor1D;
}

/** An affine map of the encoder, whole or in factors. */
export type AffineWeights = DenseWeights | FactoredWeights;

export interface LayerNormWeights {
  /** [hidden] */
  readonly gain: Tensor1D;
  /** [hidden] */
  readonly bias: Tensor1D;
}

export interface EmbeddingWeights {
  /** [vocabulary, hidden] */
  readonly word: Tensor2D;
  /** [positions, hidden]; the rows from `firstPosition` on are as many as the longest input the encoder takes has tokens. */
  readonly position: Tensor2D;
  /** Row of `position` that the first token of an input has; the others follow. Default 0. */
  readonly firstPosition?: number | undefined;
  /** [types, hidden], for encoders that have segment embeddings. */
  readonly tokenType?: Tensor2D;
  /** All tokens are of type 0, whatever an input says: an encoder that has a row for them and no segments. Default false. */
  readonly oneType?: boolean | undefined;
  readonly norm: LayerNormWeights;
}

export interface AttentionWeights {
  readonly query: AffineWeights;
  readonly key: AffineWeights;
  readonly value: AffineWeights;
  readonly output: AffineWeights;
  readonly norm: LayerNormWeights;
}

export interface FeedForwardWeights {
  readonly intermediate: AffineWeights;
  readonly output: AffineWeights;
  readonly norm: LayerNormWeights;
}

/** What a reducer that learns knows in a layer, by names of its own. */
export interface PredictorWeights {
  readonly maps: Readonly<Record<string, DenseWeights>>;
  readonly norms: Readonly<Record<string, LayerNormWeights>>;
}

export interface BlockWeights {
  readonly attention: AttentionWeights;
  readonly feedForward: FeedForwardWeights;
  /** Where a reducer ranks tokens that learns. */
  readonly predictor?: PredictorWeights;
}

/**
 * A transformer encoder as a tree of tensors, with what the tensors do not tell.
 * The leaves may be variables (to train) or plain tensors (to predict).
 */
export interface EncoderWeights {
  readonly embeddings: EmbeddingWeights;
  readonly blocks: readonly BlockWeights[];
  readonly heads: number;
  readonly layerNormEpsilon: number;
  /** What the feed-forward blocks compute between their two maps. Default `gelu`. */
  readonly activation?: Activation | undefined;
}

/** A tree of weights with something else in the place of each tensor. */
export type WeightTree<Tree, Leaf> = Tree extends Tensor
  ? Leaf
  : Tree extends object
    ? { readonly [Key in keyof Tree]: WeightTree<Tree[Key], Leaf> }
    : Tree;

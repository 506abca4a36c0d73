import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { Activation } from './activation.js';
import type { ImageShape } from './image-shape.js';
import type { SummaryToken } from './summary.js';

/** An affine map. The kernel is stored input-major, the layout that every TensorFlow.js backend multiplies fastest. */
export interface DenseWeights {
  /** [in, out] */
  readonly kernel: Tensor2D;
  /** [out]; absent of a map without one. */
  readonly bias?: Tensor1D | undefined;
}

/** An affine map of low rank: x down up + bias. */
export interface FactoredWeights {
  /** [in, rank] */
  readonly down: Tensor2D;
  /** [rank, out] */
  readonly up: Tensor2D;
  /** [out]; absent of a map without one. */
  readonly bias?: Tensor1D | undefined;
}

/** An affine map of the encoder, whole or in factors. */
export type AffineWeights = DenseWeights | FactoredWeights;

export interface LayerNormWeights {
  /** [hidden] */
  readonly gain: Tensor1D;
  /** [hidden]; absent of a norm without one. */
  readonly bias?: Tensor1D | undefined;
  /** Whether it takes no mean and no deviation: x times the gain, plus the bias. Default false. */
  readonly plain?: boolean | undefined;
  /** Added to variances, where that is another number than in the rest of the encoder. */
  readonly epsilon?: number | undefined;
}

/** An affine map, and the norm of what it gives. */
export interface NormalMapWeights {
  readonly map: DenseWeights;
  readonly norm: LayerNormWeights;
}

/** How rows of the table of words become as wide as states, before positions and segments are added. */
export interface WordMapWeights {
  /** Its kernel is [width, hidden], or [3 * width, hidden] where each token is read together with its neighbours. */
  readonly map: DenseWeights;
  /** Whether it reads, beside each other, the token behind, the token itself and the one before it in the input; zeros beyond its ends. Default false. */
  readonly neighbours?: boolean | undefined;
}

/** How the pixels of an image become tokens: a convolution whose steps are as wide as its kernel, which is one product of matrices. */
export interface PatchWeights {
  /** Its kernel is [channels * patch * patch, width]. */
  readonly projection: DenseWeights;
  /** The second of two tokens before the patches: [1, width] */
  readonly second?: Tensor2D | undefined;
  readonly image: ImageShape;
}

export interface EmbeddingWeights {
  /** [vocabulary, width]; the width is that of a state, unless there is a `projection` or a map of `words`. Of images the token before all patches: [1, width] */
  readonly word: Tensor2D;
  /** What rows of that table go through before anything is added. Default: nothing. */
  readonly words?: WordMapWeights | undefined;
  /**
   * [positions, width], for encoders that add one: the rows from `firstPosition` on are as many as the longest input the encoder takes has
   * tokens.
   */
  readonly position?: Tensor2D | undefined;
  /** Most tokens of an input, of encoders without a table of positions. */
  readonly mostTokens?: number | undefined;
  /** Row of `position` that the first token of an input has; the others follow. Default 0. */
  readonly firstPosition?: number | undefined;
  /** [types, width], for encoders that have segment embeddings. */
  readonly tokenType?: Tensor2D;
  /** Types of encoders that have no rows for them but compare them where they attend. Default: none. */
  readonly comparedTypes?: number | undefined;
  /** All tokens are of type 0, whatever an input says: an encoder that has a row for them and no segments. Default false. */
  readonly oneType?: boolean | undefined;
  /** The token whose state stands for an input. Default: the first. */
  readonly summary?: SummaryToken | undefined;
  /** Of encoders that read images. */
  readonly patches?: PatchWeights | undefined;
  /** Absent where nothing is normalised. */
  readonly norm?: LayerNormWeights | undefined;
  /** From the width of the tables to that of a state, after the norm. Default: they are the same. */
  readonly projection?: DenseWeights | undefined;
}

export interface AttentionWeights {
  readonly query: AffineWeights;
  readonly key: AffineWeights;
  readonly value: AffineWeights;
  readonly output: AffineWeights;
  /** Absent where nothing is normalised: of the first layer of some encoders that normalise what enters a block. */
  readonly norm?: LayerNormWeights | undefined;
  /** What attention makes of where tokens stand. Default: nothing. */
  readonly relative?: RelativePositions | undefined;
}

/**
 * What attention makes of where a query and a key stood in the input, whoever has left since: of their distance, which is the position of
 * the key less that of the query.
 */
export interface RelativePositions {
  /** The row of a table that each distance has: of -n first, of n last, of none in the middle. Where there is a table. */
  readonly rows?: readonly number[] | undefined;
  /** Added to the scores: [rows, heads] */
  readonly bias?: Tensor2D | undefined;
  /** What queries and keys are compared with beside each other. */
  readonly vectors?: DistanceVectors | undefined;
  /** What queries are compared with beside keys, each time with something else added to them. */
  readonly waves?: WaveVectors | undefined;
  /** Queries and keys are turned by angles that grow with their positions, the slowest of them by 1 / this a position (RoPE). */
  readonly rotation?: number | undefined;
  /** What positions are divided by before they are angles, of encoders that were made to read longer inputs. Default 1. */
  readonly stretch?: number | undefined;
  /** The farthest that a key may be. */
  readonly window?: number | undefined;
  /** Whether a query sees itself and the keys that stood before it alone. Default false. */
  readonly causal?: boolean | undefined;
}

/** Vectors of distances, which go through maps as tokens do (disentangled attention). */
export interface DistanceVectors {
  /** [rows, hidden] */
  readonly table: Tensor2D;
  readonly norm?: LayerNormWeights | undefined;
  /** The map of the vectors that queries are compared with; absent: they are not. */
  readonly key?: AffineWeights | undefined;
  /** The map of the vectors that keys are compared with; absent: they are not. */
  readonly query?: AffineWeights | undefined;
}

/**
 * Vectors of distances that are sines and cosines of them through a map, and vectors of keys of another segment and of the same (Dai et al. 2019, Dai et al. 2020).
 * The first token neither compares them nor is compared with them.
 */
export interface WaveVectors {
  /** The map of the waves: [hidden, hidden] */
  readonly map: AffineWeights;
  /** Of a key of another segment, and of the same: [2, hidden] */
  readonly segments: Tensor2D;
  /** Added to queries that are compared with keys: [hidden] */
  readonly keyBias: Tensor1D;
  /** Added to those that are compared with waves: [hidden] */
  readonly waveBias: Tensor1D;
  /** Added to those that are compared with segments: [hidden] */
  readonly segmentBias: Tensor1D;
}

export interface FeedForwardWeights {
  /** What is activated. */
  readonly intermediate: AffineWeights;
  /** What that is multiplied by, in gated blocks. */
  readonly linear?: AffineWeights | undefined;
  readonly output: AffineWeights;
  readonly norm: LayerNormWeights;
}

/** A layer whose attention and feed-forward blocks work on narrower states than those between layers. */
export interface BottleneckWeights {
  /** What the blocks work on: what attention is added to. */
  readonly input: NormalMapWeights;
  /** What queries and keys are made of; values are then made of the wide states. Absent: all three are made of what `input` gives. */
  readonly shared?: NormalMapWeights | undefined;
  /** Back to the width of a state; its norm is of the sum with what entered the layer. */
  readonly output: NormalMapWeights;
}

/** Whether a block normalises what it gives together with its residual (`post`, as BERT does), or what it reads (`pre`). */
export type NormOrder = 'post' | 'pre';

/** What a reducer that learns knows in a layer, by names of its own. */
export interface PredictorWeights {
  readonly maps: Readonly<Record<string, DenseWeights>>;
  readonly norms: Readonly<Record<string, LayerNormWeights>>;
}

export interface BlockWeights {
  readonly attention: AttentionWeights;
  /** Feed-forward blocks between attention and the last one, in their order. Default: none. */
  readonly between?: readonly FeedForwardWeights[] | undefined;
  readonly feedForward: FeedForwardWeights;
  /** Of layers that are narrower inside; they normalise what they give. Default: they are as wide as the states. */
  readonly bottleneck?: BottleneckWeights | undefined;
  /**
   * Whether those that ask, and leave, are means of tokens two by two (Dai et al. 2020): the first is alone, the last of more than two is in none. No other token
   * leaves the layer. Default false.
   */
  readonly halves?: boolean | undefined;
  /** Where a reducer ranks tokens that learns. */
  readonly predictor?: PredictorWeights;
}

/**
 * Layers behind an encoder that takes tokens two by two (Dai et al. 2020): each token has the state of what it went into again, and beside that one of its own.
 * All tokens go through all of these layers, whoever has left on the way.
 */
export interface DecoderWeights {
  readonly blocks: readonly BlockWeights[];
  /** How many of the encoder's layers have made the states that are added to those of what tokens went into: no more than come before the first that halves. */
  readonly after: number;
}

/**
 * A transformer encoder as a tree of tensors, with what the tensors do not tell.
 * The leaves may be variables (to train) or plain tensors (to predict).
 */
export interface EncoderWeights {
  readonly embeddings: EmbeddingWeights;
  readonly blocks: readonly BlockWeights[];
  /** Where each token has a state again that layers took two by two. Default: there is none. */
  readonly decoder?: DecoderWeights | undefined;
  readonly heads: number;
  /** Width of queries, of keys and of values, all heads together. Default: that of a state. */
  readonly attentionSize?: number | undefined;
  readonly layerNormEpsilon: number;
  /** What the feed-forward blocks compute between their two maps. Default `gelu`. */
  readonly activation?: Activation | undefined;
  /** Default `post`. */
  readonly normOrder?: NormOrder | undefined;
  /** What all states go through in the end, those of tokens that left as well. Default: nothing. */
  readonly finalNorm?: LayerNormWeights | undefined;
}

/** A tree of weights with something else in the place of each tensor. */
export type WeightTree<Tree, Leaf> = Tree extends Tensor
  ? Leaf
  : Tree extends object
    ? { readonly [Key in keyof Tree]: WeightTree<Tree[Key], Leaf> }
    : Tree;

import type { Activation, DenseWeights, EncoderShape, EncoderWeights, LayerNormWeights } from '@length-adaptive/core';
import type { AddedVectors } from '../weights/onnx/graph-weights.js';
import type { TensorData } from '../weights/safetensors.js';
import type { ModelConfig } from './model-config.js';
import type { SpecTree } from './parameter-specs.js';

/** Everything a family's config.json says that this toolkit needs. */
export interface Dimensions extends EncoderShape {
  readonly heads: number;
  readonly vocabulary: number;
  /** What more config.json says of a family alone, under the keys that it has there. */
  readonly own?: ModelConfig | undefined;
  /** Most tokens that an input may have. */
  readonly positions: number;
  /** Row of the table of positions that the first token has. Default 0. */
  readonly firstPosition?: number | undefined;
  /** Segment embeddings; 0 for families without. */
  readonly types: number;
  /** Rows of the table of segments in families without, whose tokens are all of the first. Default: there is none. */
  readonly typeRows?: number | undefined;
  readonly layerNormEpsilon: number;
  /** What the feed-forward blocks compute between their two maps. Default `gelu`. */
  readonly activation?: Activation | undefined;
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
  /** Whether heads that read every token have a pooler, too. Default false. */
  readonly tokenPooler?: boolean | undefined;
  /** Whether heads that read the first token have none. Default false; of images they have none. */
  readonly withoutPooler?: boolean | undefined;
  /** Standard deviation of new weights. */
  readonly initialDeviation: number;
}

/** Head of a task: what its output layer reads is the first token's state, through a pooler, or every token's. A task that takes states as they are has neither. */
export interface HeadWeights {
  readonly pooler?: DenseWeights;
  /** What the pooled state goes through once it is activated. */
  readonly norm?: LayerNormWeights;
  readonly output?: DenseWeights;
  /** The output layer of the second token, where both are read. */
  readonly second?: DenseWeights;
}

/** What a head reads of the encoder, and what it makes of it. */
export interface Readout {
  /**
   * Whose state is read: that of the first token, through the family's pooler where there is an output layer; that of each token as it is; or
   * the mean of all tokens, in which each weighs the same (`mean`) or as much as its place (`weighted-mean`); or those of the first two tokens, each by
   * an output layer of its own, of which the mean is taken (`first-two`).
   */
  readonly pool: 'first' | 'first-two' | 'none' | 'mean' | 'weighted-mean';
  /** Numbers that come out: for each input, or for each of its tokens. Of a readout without an output layer, the width of a state. */
  readonly outputs: number;
  /** What a checkpoint calls the output layer, `projection` where it gives a vector; `none`: there is none. Default `classifier`. */
  readonly layer?: 'classifier' | 'qa_outputs' | 'projection' | 'none' | undefined;
  /** Of a mean that is brought to length 1: of all tokens (default), those that left with the last state they had, or of those that are kept. */
  readonly averaged?: 'all' | 'kept' | undefined;
  /** Whether what comes out is brought to length 1. Default false. */
  readonly normalize?: boolean | undefined;
  /** What the output of an exported file is called that gives vectors by an output layer. */
  readonly outputName?: string | undefined;
  /** What comes out for tokens that have left, one number an output. Default: what the head makes of the last state that they had. */
  readonly departed?: readonly number[] | undefined;
}

/** What may stand between pooler and output layer. */
export type PoolerActivation = 'tanh' | 'relu' | 'gelu';

/** A tower of a model that has two with vectors in one space, by what it reads. */
export type TowerName = 'images' | 'texts';

/** A family of encoders: how its configuration reads, and where its weights stand in a checkpoint. One file a family. */
export interface Architecture {
  /** `model_type` in config.json. */
  readonly modelType: string;
  /** What it reads. Default: texts. */
  readonly reads?: 'images' | undefined;
  /** Of models of two towers, how the configuration of each is made of that of the whole. Default: there is one. */
  readonly towers?: Readonly<Record<TowerName, (config: ModelConfig) => ModelConfig>> | undefined;
  /** Whether a config.json with this `model_type` is meant, where several definitions have it. Default: it is. */
  accepts?(config: ModelConfig): boolean;
  /** What the class names of Hugging Face tools begin with: `Bert` in `BertForSequenceClassification`. */
  readonly classPrefix: string;
  /** The class of a checkpoint whose name would end so, where it is called otherwise. Default: `classPrefix`, and that ending. */
  className?(suffix: string, config: ModelConfig, readout: Readout): string;
  /** Prefix of encoder tensors, which checkpoints without a head lack. */
  readonly prefix: string;
  /** Prefixes of the tensors that belong to one task and no other. */
  readonly headPrefixes: readonly string[];
  /** What config.json calls the number of layers. */
  readonly layersKey: string;
  /** What stands between pooler and output layer, where there is a pooler. */
  readonly poolerActivation: PoolerActivation;
  /**
   * What a config.json says.
   *
   * @param readout what a head reads, in a family whose encoder is another one for it. Default: the first token, by a classifier
   * @throws ModelError `CONFIG_INVALID`
   */
  dimensions(config: ModelConfig, readout?: Readout): Dimensions;
  /** A config.json that says it: what `dimensions` reads, for a model that starts from nothing. */
  config(dimensions: Dimensions): ModelConfig;
  /** The same config.json for a model that has some of its layers alone, ascending, where another key says so. Default: `layersKey` counts them. */
  withLayers?(config: ModelConfig, layers: readonly number[]): ModelConfig;
  encoder(dimensions: Dimensions): SpecTree<EncoderWeights>;
  head(dimensions: Dimensions, readout: Readout): SpecTree<HeadWeights>;
  /** Weights that ONNX files of other tools have in another form, under their names in a checkpoint, of what such a graph adds to values of two axes. Default: there are none. */
  fromGraph?(added: readonly AddedVectors[], dimensions: Dimensions): ReadonlyMap<string, TensorData>;
  /** What a head of this family reads in the place of what its task asks for. Default: what the task asks for. */
  readout?(config: ModelConfig, readout: Readout): Readout;
  /** Dropout probability of what the output layer reads. */
  headDropout(config: ModelConfig, readout: Readout): number;
}

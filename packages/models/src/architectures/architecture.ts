import type { Activation, DenseWeights, EncoderShape, EncoderWeights } from '@length-adaptive/core';
import type { ModelConfig } from './model-config.js';
import type { SpecTree } from './parameter-specs.js';
import type { TaskName } from '../tasks/task.js';

/** Everything a family's config.json says that this toolkit needs. */
export interface Dimensions extends EncoderShape {
  readonly heads: number;
  readonly vocabulary: number;
  readonly positions: number;
  /** Segment embeddings; 0 for families without. */
  readonly types: number;
  readonly layerNormEpsilon: number;
  /** What the feed-forward blocks compute between their two maps. Default `gelu`. */
  readonly activation?: Activation | undefined;
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
  /** Standard deviation of new weights. */
  readonly initialDeviation: number;
}

/** Head of a task: what its output layer reads is the first token's state, through a pooler, or every token's. */
export interface HeadWeights {
  readonly pooler?: DenseWeights;
  readonly output: DenseWeights;
}

/** What a head is made for. */
export interface HeadTask {
  readonly name: TaskName;
  readonly outputs: number;
}

/** A family of encoders: how its configuration reads, and where its weights stand in a checkpoint. One file a family. */
export interface Architecture {
  /** `model_type` in config.json. */
  readonly modelType: string;
  /** What the class names of Hugging Face tools begin with: `Bert` in `BertForSequenceClassification`. */
  readonly classPrefix: string;
  /** Prefix of encoder tensors, which checkpoints without a head lack. */
  readonly prefix: string;
  /** Prefixes of the tensors that belong to one task and no other. */
  readonly headPrefixes: readonly string[];
  /** What config.json calls the number of layers. */
  readonly layersKey: string;
  /** What stands between pooler and output layer. */
  readonly poolerActivation: 'tanh' | 'relu';
  /**
   * What a config.json says.
   *
   * @throws ModelError `CONFIG_INVALID`
   */
  dimensions(config: ModelConfig): Dimensions;
  /** A config.json that says it: what `dimensions` reads, for a model that starts from nothing. */
  config(dimensions: Dimensions): ModelConfig;
  encoder(dimensions: Dimensions): SpecTree<EncoderWeights>;
  head(dimensions: Dimensions, task: HeadTask): SpecTree<HeadWeights>;
  /** Dropout probability of what the output layer reads. */
  headDropout(config: ModelConfig, task: TaskName): number;
}

import type { DenseWeights, EncoderShape, EncoderWeights } from '@length-adaptive/core';
import type { ModelConfig } from '../model-config.js';
import type { SpecTree } from '../parameters.js';

/** Everything a family's config.json says that this toolkit needs. */
export interface Dimensions extends EncoderShape {
  readonly heads: number;
  readonly vocabulary: number;
  readonly positions: number;
  /** Segment embeddings; 0 for families without. */
  readonly types: number;
  readonly layerNormEpsilon: number;
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
  /** Standard deviation of new weights. */
  readonly initialDeviation: number;
}

/** Head on [CLS]: a pooler and a classifier. */
export interface PooledHeadWeights {
  readonly pooler: DenseWeights;
  readonly classifier: DenseWeights;
}

/** A family of encoders: how its configuration reads, and where its weights stand in a checkpoint. One file a family. */
export interface Architecture {
  /** `model_type` in config.json. */
  readonly modelType: string;
  /** Class name that Hugging Face tools expect of a checkpoint with a sequence classification head. */
  readonly classifierClass: string;
  /** Prefix of encoder tensors, which checkpoints without a head lack. */
  readonly prefix: string;
  /** Prefix of the tensors that belong to one task and no other. */
  readonly headPrefix: string;
  /** What stands between pooler and classifier. */
  readonly poolerActivation: 'tanh' | 'relu';
  dimensions(config: ModelConfig): Dimensions;
  encoder(dimensions: Dimensions): SpecTree<EncoderWeights>;
  pooledHead(dimensions: Dimensions, outputs: number): SpecTree<PooledHeadWeights>;
}

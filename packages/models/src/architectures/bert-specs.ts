import type { EncoderWeights } from '@length-adaptive/core';
import type { Dimensions } from './architecture.js';
import { configActivation } from './activation.js';
import { denseAt, layerNormAt } from './dense-specs.js';
import type { ModelConfig } from './model-config.js';
import { configChoice, configHeads, configNumber, configSize } from './model-config.js';
import type { SpecTree } from './parameter-specs.js';

/** What config.json says of an encoder under the keys that BERT has, and the families that came of it. */
export const bertDimensions = (config: ModelConfig): Dimensions => {
  configChoice(config, 'position_embedding_type', ['absolute'], 'absolute');
  return {
    layers: configSize(config, 'num_hidden_layers'),
    ...configHeads(config, 'hidden_size', 'num_attention_heads'),
    intermediateSize: configSize(config, 'intermediate_size'),
    vocabulary: configSize(config, 'vocab_size'),
    positions: configSize(config, 'max_position_embeddings'),
    types: configSize(config, 'type_vocab_size', { fallback: 2 }),
    layerNormEpsilon: configNumber(config, 'layer_norm_eps', 1e-12),
    activation: configActivation(config, 'hidden_act'),
    hiddenDropout: configNumber(config, 'hidden_dropout_prob', 0.1),
    attentionDropout: configNumber(config, 'attention_probs_dropout_prob', 0.1),
    initialDeviation: configNumber(config, 'initializer_range', 0.02),
  };
};

/** The same the other way round. */
export const bertConfig = (
  modelType: string,
  { layers, hiddenSize, heads, intermediateSize, vocabulary, positions, types, ...more }: Dimensions,
): ModelConfig => ({
  model_type: modelType,
  num_hidden_layers: layers,
  hidden_size: hiddenSize,
  num_attention_heads: heads,
  intermediate_size: intermediateSize,
  vocab_size: vocabulary,
  max_position_embeddings: positions,
  type_vocab_size: types,
  hidden_act: more.activation ?? 'gelu',
  hidden_dropout_prob: more.hiddenDropout,
  attention_probs_dropout_prob: more.attentionDropout,
  initializer_range: more.initialDeviation,
  layer_norm_eps: more.layerNormEpsilon,
  pad_token_id: 0,
});

/** BERT's encoder under BERT's names, below `root`. */
export const bertEncoder = (
  root: string,
  {
    layers,
    hiddenSize: d,
    intermediateSize: f,
    heads,
    vocabulary,
    positions,
    types,
    layerNormEpsilon,
    activation,
  }: Dimensions,
): SpecTree<EncoderWeights> => ({
  embeddings: {
    word: { name: `${root}embeddings.word_embeddings.weight`, shape: [vocabulary, d] },
    position: { name: `${root}embeddings.position_embeddings.weight`, shape: [positions, d] },
    tokenType: { name: `${root}embeddings.token_type_embeddings.weight`, shape: [types, d] },
    norm: layerNormAt(`${root}embeddings.LayerNorm`, d),
  },
  blocks: Array.from({ length: layers }, (_, layer) => {
    const at = `${root}encoder.layer.${layer}`;
    return {
      attention: {
        query: denseAt(`${at}.attention.self.query`, d, d),
        key: denseAt(`${at}.attention.self.key`, d, d),
        value: denseAt(`${at}.attention.self.value`, d, d),
        output: denseAt(`${at}.attention.output.dense`, d, d),
        norm: layerNormAt(`${at}.attention.output.LayerNorm`, d),
      },
      feedForward: {
        intermediate: denseAt(`${at}.intermediate.dense`, d, f),
        output: denseAt(`${at}.output.dense`, f, d),
        norm: layerNormAt(`${at}.output.LayerNorm`, d),
      },
    };
  }),
  heads,
  layerNormEpsilon,
  activation,
});

/** Dropout before the output layer: of the classifier where config.json has one, of the encoder where it has none; answers have none. */
export const bertHeadDropout = (config: ModelConfig, layer: string | undefined): number =>
  layer === 'qa_outputs'
    ? 0
    : configNumber(config, 'classifier_dropout', configNumber(config, 'hidden_dropout_prob', 0.1));

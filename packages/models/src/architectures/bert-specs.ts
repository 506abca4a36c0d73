import type { BlockWeights, EmbeddingWeights, EncoderWeights } from '@length-adaptive/core';
import type { Dimensions, HeadWeights, Readout } from './architecture.js';
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

/** Names of a layer's weights, below the layer. */
export type BlockNames = Readonly<
  Record<
    'query' | 'key' | 'value' | 'output' | 'attentionNorm' | 'intermediate' | 'feedForwardOutput' | 'feedForwardNorm',
    string
  >
>;

const bertBlockNames: BlockNames = {
  query: 'attention.self.query',
  key: 'attention.self.key',
  value: 'attention.self.value',
  output: 'attention.output.dense',
  attentionNorm: 'attention.output.LayerNorm',
  intermediate: 'intermediate.dense',
  feedForwardOutput: 'output.dense',
  feedForwardNorm: 'output.LayerNorm',
};

/** A layer of BERT's form below `at`, under BERT's names or others. */
export const bertBlock = (
  at: string,
  { hiddenSize: d, intermediateSize: f }: Pick<Dimensions, 'hiddenSize' | 'intermediateSize'>,
  changed: Partial<BlockNames> = {},
): SpecTree<BlockWeights> => {
  const names = { ...bertBlockNames, ...changed };
  return {
    attention: {
      query: denseAt(`${at}.${names.query}`, d, d),
      key: denseAt(`${at}.${names.key}`, d, d),
      value: denseAt(`${at}.${names.value}`, d, d),
      output: denseAt(`${at}.${names.output}`, d, d),
      norm: layerNormAt(`${at}.${names.attentionNorm}`, d),
    },
    feedForward: {
      intermediate: denseAt(`${at}.${names.intermediate}`, d, f),
      output: denseAt(`${at}.${names.feedForwardOutput}`, f, d),
      norm: layerNormAt(`${at}.${names.feedForwardNorm}`, d),
    },
  };
};

/** BERT's encoder under BERT's names, below `root`. */
export const bertEncoder = (root: string, dimensions: Dimensions): SpecTree<EncoderWeights> => {
  const { layers, heads, layerNormEpsilon, activation } = dimensions;
  return {
    embeddings: bertEmbeddings(root, dimensions),
    blocks: Array.from({ length: layers }, (_, layer) => bertBlock(`${root}encoder.layer.${layer}`, dimensions)),
    heads,
    layerNormEpsilon,
    activation,
  };
};

/** BERT's embeddings, as wide as the states or narrower; `types` of 0: there is no table of them. */
export const bertEmbeddings = (
  root: string,
  { vocabulary, positions, types, hiddenSize, embeddingSize: width = hiddenSize }: Dimensions,
): SpecTree<EmbeddingWeights> => ({
  word: { name: `${root}embeddings.word_embeddings.weight`, shape: [vocabulary, width] },
  position: { name: `${root}embeddings.position_embeddings.weight`, shape: [positions, width] },
  ...(types > 0 && { tokenType: { name: `${root}embeddings.token_type_embeddings.weight`, shape: [types, width] } }),
  norm: layerNormAt(`${root}embeddings.LayerNorm`, width),
});

/** A head whose pooler is the checkpoint's own layer of that name; tokens are read without it. */
export const pooledHead =
  (pooler: string) =>
  (
    { hiddenSize, initialDeviation }: Dimensions,
    { pool, outputs, layer = 'classifier' }: Readout,
  ): SpecTree<HeadWeights> => {
    const output = denseAt(layer, hiddenSize, outputs, initialDeviation);
    return pool === 'first'
      ? { pooler: denseAt(pooler, hiddenSize, hiddenSize, initialDeviation), output }
      : { output };
  };

/** A head whose pooler is a layer of the task's own: `classifier.dense` and `classifier.out_proj`. */
export const classifierHead = (
  { hiddenSize, initialDeviation }: Dimensions,
  { pool, outputs, layer = 'classifier' }: Readout,
): SpecTree<HeadWeights> => {
  if (pool !== 'first') return { output: denseAt(layer, hiddenSize, outputs, initialDeviation) };
  return {
    pooler: denseAt(`${layer}.dense`, hiddenSize, hiddenSize, initialDeviation),
    output: denseAt(`${layer}.out_proj`, hiddenSize, outputs, initialDeviation),
  };
};

/** Dropout before the output layer: of the classifier where config.json has one, of the encoder where it has none; answers have none. */
export const bertHeadDropout = (config: ModelConfig, layer: string | undefined): number =>
  layer === 'qa_outputs'
    ? 0
    : configNumber(config, 'classifier_dropout', configNumber(config, 'hidden_dropout_prob', 0.1));

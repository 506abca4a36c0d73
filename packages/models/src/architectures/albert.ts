import type { Architecture, Dimensions } from './architecture.js';
import { configActivation } from './activation.js';
import { bertBlock, bertConfig, bertDimensions, bertEmbeddings, pooledHead } from './bert-specs.js';
import { denseAt } from './dense-specs.js';
import type { ModelConfig } from './model-config.js';
import { configExactly, configNumber, configSize } from './model-config.js';

const root = 'albert.';

const dimensions = (config: ModelConfig): Dimensions => {
  configExactly(config, 'inner_group_num', 1);
  const groups = configSize(config, 'num_hidden_groups', { fallback: 1 });
  return {
    ...bertDimensions({ hidden_dropout_prob: 0, attention_probs_dropout_prob: 0, ...config }),
    embeddingSize: configSize(config, 'embedding_size', { fallback: 128 }),
    activation: configActivation(config, 'hidden_act', 'gelu_new'),
    own: { num_hidden_groups: groups },
  };
};

/** ALBERT (Lan et al. 2020): BERT with narrow embeddings, whose layers are the same one or a few again and again. */
export const albert: Architecture = {
  modelType: 'albert',
  classPrefix: 'Albert',
  prefix: root,
  headPrefixes: ['classifier.', 'qa_outputs.'],
  layersKey: 'num_hidden_layers',
  poolerActivation: 'tanh',

  dimensions,
  config: (sizes) => ({
    ...bertConfig('albert', sizes),
    embedding_size: sizes.embeddingSize ?? sizes.hiddenSize,
    inner_group_num: 1,
    ...sizes.own,
  }),

  encoder: (sizes) => {
    const { layers, hiddenSize, embeddingSize = hiddenSize, heads, layerNormEpsilon, activation } = sizes;
    const perGroup = layers / configSize(sizes.own ?? {}, 'num_hidden_groups', { fallback: 1 });
    return {
      embeddings: {
        ...bertEmbeddings(root, sizes),
        projection: denseAt(`${root}encoder.embedding_hidden_mapping_in`, embeddingSize, hiddenSize),
      },
      blocks: Array.from({ length: layers }, (_, layer) =>
        bertBlock(
          `${root}encoder.albert_layer_groups.${Math.floor(layer / perGroup)}.albert_layers.0`,
          sizes,
          blockNames,
        ),
      ),
      heads,
      layerNormEpsilon,
      activation,
    };
  },

  head: pooledHead(`${root}pooler`),

  headDropout: (config, { layer }) =>
    layer === 'qa_outputs' ? 0 : configNumber(config, 'classifier_dropout_prob', 0.1),
};

const blockNames = {
  query: 'attention.query',
  key: 'attention.key',
  value: 'attention.value',
  output: 'attention.dense',
  attentionNorm: 'attention.LayerNorm',
  intermediate: 'ffn',
  feedForwardOutput: 'ffn_output',
  feedForwardNorm: 'full_layer_layer_norm',
};

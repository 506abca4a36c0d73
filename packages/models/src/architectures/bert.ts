import type { DenseWeights, LayerNormWeights } from '@length-adaptive/core';
import { configChoice, configNumber } from '../model-config.js';
import type { SpecTree } from '../parameters.js';
import type { Architecture } from './architecture.js';

const root = 'bert.';

const denseAt = (name: string, inputs: number, outputs: number, initial?: { readonly deviation: number }): SpecTree<DenseWeights> => ({
  kernel: { name: `${name}.weight`, shape: [outputs, inputs], transposed: true, ...(initial && { initial }) },
  bias: { name: `${name}.bias`, shape: [outputs], ...(initial && { initial: { deviation: 0 } }) },
});

const layerNormAt = (name: string, size: number): SpecTree<LayerNormWeights> => ({
  gain: { name: `${name}.weight`, shape: [size] },
  bias: { name: `${name}.bias`, shape: [size] },
});

/** BERT (Devlin et al. 2019), and with it every encoder of the same shape: MiniLM, BERT-tiny to -large, bge, gte. */
export const bert: Architecture = {
  modelType: 'bert',
  classifierClass: 'BertForSequenceClassification',
  prefix: root,
  headPrefix: 'classifier.',
  poolerActivation: 'tanh',

  dimensions: (config) => {
    configChoice(config, 'hidden_act', ['gelu'], 'gelu');
    configChoice(config, 'position_embedding_type', ['absolute'], 'absolute');
    return {
      layers: configNumber(config, 'num_hidden_layers'),
      hiddenSize: configNumber(config, 'hidden_size'),
      intermediateSize: configNumber(config, 'intermediate_size'),
      heads: configNumber(config, 'num_attention_heads'),
      vocabulary: configNumber(config, 'vocab_size'),
      positions: configNumber(config, 'max_position_embeddings'),
      types: configNumber(config, 'type_vocab_size', 2),
      layerNormEpsilon: configNumber(config, 'layer_norm_eps', 1e-12),
      hiddenDropout: configNumber(config, 'hidden_dropout_prob', 0.1),
      attentionDropout: configNumber(config, 'attention_probs_dropout_prob', 0.1),
      initialDeviation: configNumber(config, 'initializer_range', 0.02),
    };
  },

  encoder: ({ layers, hiddenSize: d, intermediateSize: f, heads, vocabulary, positions, types, layerNormEpsilon }) => ({
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
  }),

  pooledHead: ({ hiddenSize, initialDeviation: deviation }, outputs) => ({
    pooler: denseAt(`${root}pooler.dense`, hiddenSize, hiddenSize, { deviation }),
    classifier: denseAt('classifier', hiddenSize, outputs, { deviation }),
  }),
};

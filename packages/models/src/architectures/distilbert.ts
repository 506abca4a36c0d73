import { configHeads, configNumber, configSize } from './model-config.js';
import { configActivation } from './activation.js';
import type { Architecture } from './architecture.js';
import { pooledHead } from './bert-specs.js';
import { denseAt, layerNormAt } from './dense-specs.js';

const root = 'distilbert.';

/** DistilBERT (Sanh et al. 2019): BERT without segment embeddings, its own names, and a head with a ReLU in the place of the pooler. */
export const distilbert: Architecture = {
  modelType: 'distilbert',
  classPrefix: 'DistilBert',
  prefix: root,
  headPrefixes: ['pre_classifier.', 'classifier.', 'qa_outputs.'],
  layersKey: 'n_layers',
  poolerActivation: 'relu',

  dimensions: (config) => {
    return {
      layers: configSize(config, 'n_layers'),
      ...configHeads(config, 'dim', 'n_heads'),
      intermediateSize: configSize(config, 'hidden_dim'),
      vocabulary: configSize(config, 'vocab_size'),
      positions: configSize(config, 'max_position_embeddings'),
      types: 0,
      layerNormEpsilon: 1e-12, // fixed in the reference implementation
      activation: configActivation(config, 'activation'),
      hiddenDropout: configNumber(config, 'dropout', 0.1),
      attentionDropout: configNumber(config, 'attention_dropout', 0.1),
      initialDeviation: configNumber(config, 'initializer_range', 0.02),
    };
  },

  config: ({ layers, hiddenSize, heads, intermediateSize, vocabulary, positions, ...more }) => ({
    model_type: 'distilbert',
    n_layers: layers,
    dim: hiddenSize,
    n_heads: heads,
    hidden_dim: intermediateSize,
    vocab_size: vocabulary,
    max_position_embeddings: positions,
    activation: more.activation ?? 'gelu',
    dropout: more.hiddenDropout,
    attention_dropout: more.attentionDropout,
    initializer_range: more.initialDeviation,
    pad_token_id: 0,
  }),

  encoder: ({
    layers,
    hiddenSize: d,
    intermediateSize: f,
    heads,
    vocabulary,
    positions,
    layerNormEpsilon,
    activation,
  }) => ({
    embeddings: {
      word: { name: `${root}embeddings.word_embeddings.weight`, shape: [vocabulary, d] },
      position: { name: `${root}embeddings.position_embeddings.weight`, shape: [positions, d] },
      norm: layerNormAt(`${root}embeddings.LayerNorm`, d),
    },
    blocks: Array.from({ length: layers }, (_, layer) => {
      const at = `${root}transformer.layer.${layer}`;
      return {
        attention: {
          query: denseAt(`${at}.attention.q_lin`, d, d),
          key: denseAt(`${at}.attention.k_lin`, d, d),
          value: denseAt(`${at}.attention.v_lin`, d, d),
          output: denseAt(`${at}.attention.out_lin`, d, d),
          norm: layerNormAt(`${at}.sa_layer_norm`, d),
        },
        feedForward: {
          intermediate: denseAt(`${at}.ffn.lin1`, d, f),
          output: denseAt(`${at}.ffn.lin2`, f, d),
          norm: layerNormAt(`${at}.output_layer_norm`, d),
        },
      };
    }),
    heads,
    layerNormEpsilon,
    activation,
  }),

  head: pooledHead('pre_classifier'),

  // One dropout for sequences, one for answers; tokens are read with that of the encoder.
  headDropout: (config, { pool, layer }) => {
    if (pool === 'first') return configNumber(config, 'seq_classif_dropout', 0.2);
    return configNumber(config, layer === 'qa_outputs' ? 'qa_dropout' : 'dropout', 0.1);
  },
};

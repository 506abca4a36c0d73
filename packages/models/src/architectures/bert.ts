import { configChoice, configHeads, configNumber, configSize } from './model-config.js';
import { configActivation } from './activation.js';
import type { Architecture } from './architecture.js';
import { denseAt, layerNormAt } from './dense-specs.js';

const root = 'bert.';

/** BERT (Devlin et al. 2019), and with it every encoder of the same shape: MiniLM, TinyBERT, BERT-tiny to -large, bge, gte. */
export const bert: Architecture = {
  modelType: 'bert',
  classPrefix: 'Bert',
  prefix: root,
  headPrefixes: ['classifier.', 'qa_outputs.'],
  layersKey: 'num_hidden_layers',
  poolerActivation: 'tanh',

  dimensions: (config) => {
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
  },

  config: ({ layers, hiddenSize, heads, intermediateSize, vocabulary, positions, types, ...more }) => ({
    model_type: 'bert',
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
  }),

  encoder: ({
    layers,
    hiddenSize: d,
    intermediateSize: f,
    heads,
    vocabulary,
    positions,
    types,
    layerNormEpsilon,
    activation,
  }) => ({
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
  }),

  head: ({ hiddenSize, initialDeviation }, { pool, outputs, layer = 'classifier' }) => {
    const output = denseAt(layer, hiddenSize, outputs, initialDeviation);
    return pool === 'first'
      ? { pooler: denseAt(`${root}pooler.dense`, hiddenSize, hiddenSize, initialDeviation), output }
      : { output };
  },

  headDropout: (config, { layer }) =>
    layer === 'qa_outputs'
      ? 0
      : configNumber(config, 'classifier_dropout', configNumber(config, 'hidden_dropout_prob', 0.1)),
};

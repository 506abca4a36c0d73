import { configChoice, configHeads, configNumber, configSize } from '../model-config.js';
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

  encoder: ({ layers, hiddenSize: d, intermediateSize: f, heads, vocabulary, positions, types, layerNormEpsilon, activation }) => ({
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

  head: ({ hiddenSize, initialDeviation }, { name, outputs }) => {
    if (name === 'question-answering') return { output: denseAt('qa_outputs', hiddenSize, outputs, initialDeviation) };
    const output = denseAt('classifier', hiddenSize, outputs, initialDeviation);
    return name === 'token-classification' ? { output } : { pooler: denseAt(`${root}pooler.dense`, hiddenSize, hiddenSize, initialDeviation), output };
  },

  headDropout: (config, task) =>
    task === 'question-answering' ? 0 : configNumber(config, 'classifier_dropout', configNumber(config, 'hidden_dropout_prob', 0.1)),
};

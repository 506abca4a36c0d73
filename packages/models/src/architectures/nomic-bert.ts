import type { Architecture, Dimensions } from './architecture.js';
import { pooledHead } from './bert-specs.js';
import { fusedAt, layerNormAt, linearAt } from './dense-specs.js';
import type { ModelConfig } from './model-config.js';
import { configChoice, configExactly, configHeads, configNumber, configSize } from './model-config.js';

const root = 'bert.';

const dimensions = (config: ModelConfig): Dimensions => {
  for (const key of [
    'qkv_proj_bias',
    'mlp_fc1_bias',
    'mlp_fc2_bias',
    'prenorm',
    'rotary_emb_interleaved',
    'use_rms_norm',
  ])
    configExactly(config, key, false);
  configExactly(config, 'rotary_emb_fraction', 1);
  configExactly(config, 'num_experts', 0);
  configChoice(config, 'activation_function', ['swiglu'], 'swiglu');
  return {
    layers: configSize(config, 'n_layer'),
    ...configHeads(config, 'n_embd', 'n_head'),
    intermediateSize: configSize(config, 'n_inner'),
    gated: true,
    vocabulary: configSize(config, 'vocab_size'),
    positions: configSize(config, 'n_positions'),
    types: configSize(config, 'type_vocab_size', { fallback: 2 }),
    layerNormEpsilon: configNumber(config, 'layer_norm_epsilon', 1e-12),
    activation: 'silu',
    hiddenDropout: configNumber(config, 'resid_pdrop', 0),
    attentionDropout: configNumber(config, 'attn_pdrop', 0),
    initialDeviation: configNumber(config, 'initializer_range', 0.02),
    own: { rotary_emb_base: configNumber(config, 'rotary_emb_base', 1000) },
  };
};

/** NomicBERT (Nussbaum et al. 2024): BERT with positions as angles between queries and keys, gated feed-forward blocks, and no biases in either. */
export const nomicBert: Architecture = {
  modelType: 'nomic_bert',
  classPrefix: 'NomicBert',
  prefix: root,
  headPrefixes: ['classifier.', 'qa_outputs.'],
  layersKey: 'n_layer',
  poolerActivation: 'tanh',

  dimensions,
  config: ({ layers, hiddenSize, heads, intermediateSize, vocabulary, positions, types, own, ...more }) => ({
    model_type: 'nomic_bert',
    n_layer: layers,
    n_embd: hiddenSize,
    n_head: heads,
    n_inner: intermediateSize,
    vocab_size: vocabulary,
    n_positions: positions,
    type_vocab_size: types,
    activation_function: 'swiglu',
    resid_pdrop: more.hiddenDropout,
    embd_pdrop: more.hiddenDropout,
    attn_pdrop: more.attentionDropout,
    initializer_range: more.initialDeviation,
    layer_norm_epsilon: more.layerNormEpsilon,
    rotary_emb_fraction: 1,
    rotary_emb_interleaved: false,
    qkv_proj_bias: false,
    mlp_fc1_bias: false,
    mlp_fc2_bias: false,
    prenorm: false,
    pad_token_id: 0,
    ...own,
  }),

  encoder: ({
    layers,
    hiddenSize: d,
    intermediateSize: f,
    heads,
    vocabulary,
    positions,
    types,
    own = {},
    ...more
  }) => ({
    embeddings: {
      word: { name: `${root}embeddings.word_embeddings.weight`, shape: [vocabulary, d] },
      tokenType: { name: `${root}embeddings.token_type_embeddings.weight`, shape: [types, d] },
      norm: layerNormAt(`${root}emb_ln`, d),
      mostTokens: positions,
    },
    blocks: Array.from({ length: layers }, (_, layer) => {
      const at = `${root}encoder.layers.${layer}`;
      return {
        attention: {
          ...fusedAt(`${at}.attn.Wqkv`, ['query', 'key', 'value'], d, d),
          output: linearAt(`${at}.attn.out_proj`, d, d),
          norm: layerNormAt(`${at}.norm1`, d),
          relative: { rotation: configNumber(own, 'rotary_emb_base', 1000) },
        },
        feedForward: {
          intermediate: linearAt(`${at}.mlp.fc12`, d, f),
          linear: linearAt(`${at}.mlp.fc11`, d, f),
          output: linearAt(`${at}.mlp.fc2`, f, d),
          norm: layerNormAt(`${at}.norm2`, d),
        },
      };
    }),
    heads,
    layerNormEpsilon: more.layerNormEpsilon,
    activation: more.activation,
  }),

  head: pooledHead(`${root}pooler.dense`),
  headDropout: (config, { layer }) => (layer === 'qa_outputs' ? 0 : configNumber(config, 'resid_pdrop', 0)),
};

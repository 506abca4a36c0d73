import type { EncoderWeights } from '@length-adaptive/core';
import type { Architecture, Dimensions } from './architecture.js';
import { pooledHead } from './bert-specs.js';
import { fusedAt, layerNormAt, linearAt } from './dense-specs.js';
import type { ModelConfig } from './model-config.js';
import { configChoice, configExactly, configHeads, configNumber, configSize } from './model-config.js';
import type { SpecTree } from './parameter-specs.js';

/** Keys of config.json, and the prefix of tensors, as a checkpoint was written by one library or the other. */
interface Naming {
  readonly prefix: string;
  readonly keys: Readonly<
    Record<'layers' | 'size' | 'heads' | 'inner' | 'positions' | 'epsilon' | 'dropout' | 'attentionDropout', string>
  >;
  readonly activation: readonly [key: string, value: string];
  /** The base of the angles. */
  theta(config: ModelConfig): number;
  /** What else a config.json says. */
  more(theta: number, dropout: number): ModelConfig;
}

const usualTheta = 1000;
const fixed = {
  num_experts: 0,
  rotary_emb_fraction: 1,
  rotary_emb_interleaved: false,
  qkv_proj_bias: false,
  mlp_fc1_bias: false,
  mlp_fc2_bias: false,
  prenorm: false,
  use_rms_norm: false,
} as const;

/** As the authors' own code has them: GPT-2's keys. */
const published: Naming = {
  prefix: 'bert.',
  keys: {
    layers: 'n_layer',
    size: 'n_embd',
    heads: 'n_head',
    inner: 'n_inner',
    positions: 'n_positions',
    epsilon: 'layer_norm_epsilon',
    dropout: 'resid_pdrop',
    attentionDropout: 'attn_pdrop',
  },
  activation: ['activation_function', 'swiglu'],
  theta: (config) => configNumber(config, 'rotary_emb_base', usualTheta),
  more: (theta, dropout) => ({ rotary_emb_base: theta, embd_pdrop: dropout, ...fixed }),
};

/** As Hugging Face transformers writes them from its fifth version on: BERT's keys. */
const usual: Naming = {
  prefix: 'nomic_bert.',
  keys: {
    layers: 'num_hidden_layers',
    size: 'hidden_size',
    heads: 'num_attention_heads',
    inner: 'intermediate_size',
    positions: 'max_position_embeddings',
    epsilon: 'layer_norm_eps',
    dropout: 'hidden_dropout_prob',
    attentionDropout: 'attention_probs_dropout_prob',
  },
  activation: ['hidden_act', 'silu'],
  theta: (config) => {
    const parameters = (config['rope_parameters'] ?? {}) as ModelConfig;
    configExactly(parameters, 'rope_type', 'default');
    return configNumber(parameters, 'rope_theta', usualTheta);
  },
  more: (theta) => ({ rope_parameters: { rope_type: 'default', rope_theta: theta } }),
};

const dimensionsBy =
  ({ keys, activation: [activationKey, activation], theta }: Naming) =>
  (config: ModelConfig): Dimensions => {
    for (const [key, value] of Object.entries(fixed)) configExactly<number | boolean>(config, key, value);
    configChoice(config, activationKey, [activation], activation);
    const sizes = configHeads(config, keys.size, keys.heads);
    configExactly(config, 'head_dim', sizes.hiddenSize / sizes.heads);
    return {
      layers: configSize(config, keys.layers),
      ...sizes,
      intermediateSize: configSize(config, keys.inner),
      gated: true,
      vocabulary: configSize(config, 'vocab_size'),
      positions: configSize(config, keys.positions),
      types: configSize(config, 'type_vocab_size', { fallback: 2 }),
      layerNormEpsilon: configNumber(config, keys.epsilon, 1e-12),
      activation: 'silu',
      hiddenDropout: configNumber(config, keys.dropout, 0),
      attentionDropout: configNumber(config, keys.attentionDropout, 0),
      initialDeviation: configNumber(config, 'initializer_range', 0.02),
      own: { rotary_emb_base: theta(config) },
    };
  };

const configBy =
  ({ keys, activation: [activationKey, activation], more }: Naming) =>
  ({ own = {}, ...sizes }: Dimensions): ModelConfig => ({
    model_type: 'nomic_bert',
    [keys.layers]: sizes.layers,
    [keys.size]: sizes.hiddenSize,
    [keys.heads]: sizes.heads,
    [keys.inner]: sizes.intermediateSize,
    vocab_size: sizes.vocabulary,
    [keys.positions]: sizes.positions,
    type_vocab_size: sizes.types,
    [activationKey]: activation,
    [keys.dropout]: sizes.hiddenDropout,
    [keys.attentionDropout]: sizes.attentionDropout,
    initializer_range: sizes.initialDeviation,
    [keys.epsilon]: sizes.layerNormEpsilon,
    pad_token_id: 0,
    ...more(published.theta(own), sizes.hiddenDropout),
  });

const encoderBelow =
  (root: string) =>
  ({
    layers,
    hiddenSize: d,
    intermediateSize: f,
    heads,
    vocabulary,
    positions,
    types,
    own = {},
    ...more
  }: Dimensions): SpecTree<EncoderWeights> => ({
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
          relative: { rotation: published.theta(own) },
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
  });

const nomicBertBy = (naming: Naming, accepts: Pick<Architecture, 'accepts'> = {}): Architecture => ({
  ...accepts,
  modelType: 'nomic_bert',
  classPrefix: 'NomicBert',
  prefix: naming.prefix,
  headPrefixes: ['classifier.', 'qa_outputs.'],
  layersKey: naming.keys.layers,
  poolerActivation: 'tanh',

  dimensions: dimensionsBy(naming),
  config: configBy(naming),
  encoder: encoderBelow(naming.prefix),

  head: pooledHead(`${naming.prefix}pooler.dense`),
  headDropout: (config, { layer }) => (layer === 'qa_outputs' ? 0 : configNumber(config, naming.keys.dropout, 0)),
});

/** NomicBERT (Nussbaum et al. 2024): BERT with positions as angles between queries and keys, gated feed-forward blocks, and no biases in either. */
export const nomicBert = /* @__PURE__ */ nomicBertBy(published);

/** The same as Hugging Face transformers writes it. */
export const nomicBertByUsualKeys = /* @__PURE__ */ nomicBertBy(usual, {
  accepts: (config) => usual.keys.size in config,
});

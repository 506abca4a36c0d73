import type { Architecture, Dimensions } from './architecture.js';
import { configActivation } from './activation.js';
import { fusedAt, denseAt, gainAt, linearAt } from './dense-specs.js';
import type { ModelConfig } from './model-config.js';
import { configChoice, configExactly, configHeads, configNumber, configSize } from './model-config.js';

const root = 'model.';
const local = 'sliding_attention';

/** Of each layer, whether it sees its neighbours alone. Newer files say it layer by layer, older ones how many of them one that sees all comes in. */
const layerTypes = (config: ModelConfig, layers: number): readonly string[] => {
  const given = config['layer_types'];
  if (Array.isArray(given) && given.length === layers) return given.map(String);
  const every = configSize(config, 'global_attn_every_n_layers', { fallback: 3 });
  return Array.from({ length: layers }, (_, layer) => (layer % every === 0 ? 'full_attention' : local));
};

/** The base of the angles of a kind of layer. */
const thetaOf = (config: ModelConfig, type: string): number => {
  const parameters = (config['rope_parameters'] as Record<string, ModelConfig> | null | undefined)?.[type] ?? {};
  configExactly(parameters, 'rope_type', 'default');
  const [key, usual] = type === local ? ['local_rope_theta', 10_000] : ['global_rope_theta', 160_000];
  return configNumber(parameters, 'rope_theta', configNumber(config, key, usual));
};

const dimensions = (config: ModelConfig): Dimensions => {
  for (const key of ['attention_bias', 'mlp_bias', 'norm_bias', 'classifier_bias']) configExactly(config, key, false);
  configChoice(config, 'classifier_activation', ['gelu'], 'gelu');
  const layers = configSize(config, 'num_hidden_layers');
  return {
    layers,
    ...configHeads(config, 'hidden_size', 'num_attention_heads'),
    intermediateSize: configSize(config, 'intermediate_size'),
    gated: true,
    tokenPooler: true,
    vocabulary: configSize(config, 'vocab_size'),
    positions: configSize(config, 'max_position_embeddings'),
    types: 0,
    layerNormEpsilon: configNumber(config, 'norm_eps', 1e-5),
    activation: configActivation(config, 'hidden_activation'),
    hiddenDropout: configNumber(config, 'mlp_dropout', 0),
    attentionDropout: configNumber(config, 'attention_dropout', 0),
    initialDeviation: configNumber(config, 'initializer_range', 0.02),
    own: {
      layer_types: layerTypes(config, layers),
      local_attention: configSize(config, 'local_attention', { fallback: 128 }),
      global_rope_theta: thetaOf(config, 'full_attention'),
      local_rope_theta: thetaOf(config, local),
      classifier_pooling: configChoice(config, 'classifier_pooling', ['cls', 'mean'], 'cls'),
    },
  };
};

/**
 * ModernBERT (Warner et al. 2024): norms before the blocks, gated feed-forward blocks, no biases, positions as angles between queries and
 * keys; most layers see their neighbours alone.
 */
export const modernbert: Architecture = {
  modelType: 'modernbert',
  classPrefix: 'ModernBert',
  prefix: root,
  headPrefixes: ['head.', 'classifier.'],
  layersKey: 'num_hidden_layers',
  poolerActivation: 'gelu',

  dimensions,
  config: ({ layers, hiddenSize, heads, intermediateSize, vocabulary, positions, own, ...more }) => ({
    model_type: 'modernbert',
    num_hidden_layers: layers,
    hidden_size: hiddenSize,
    num_attention_heads: heads,
    intermediate_size: intermediateSize,
    vocab_size: vocabulary,
    max_position_embeddings: positions,
    hidden_activation: more.activation ?? 'gelu',
    mlp_dropout: more.hiddenDropout,
    attention_dropout: more.attentionDropout,
    initializer_range: more.initialDeviation,
    norm_eps: more.layerNormEpsilon,
    pad_token_id: 0,
    ...own,
  }),

  encoder: ({ layers, hiddenSize: d, intermediateSize: f, heads, vocabulary, positions, own = {}, ...more }) => {
    const types = layerTypes(own, layers);
    const window = Math.floor(configSize(own, 'local_attention', { fallback: 128 }) / 2);
    return {
      embeddings: {
        word: { name: `${root}embeddings.tok_embeddings.weight`, shape: [vocabulary, d] },
        norm: gainAt(`${root}embeddings.norm`, d),
        mostTokens: positions,
      },
      blocks: types.map((type, layer) => {
        const at = `${root}layers.${layer}`;
        return {
          attention: {
            ...fusedAt(`${at}.attn.Wqkv`, ['query', 'key', 'value'], d, d),
            output: linearAt(`${at}.attn.Wo`, d, d),
            ...(layer > 0 && { norm: gainAt(`${at}.attn_norm`, d) }),
            relative: { rotation: thetaOf(own, type), ...(type === local && { window }) },
          },
          feedForward: {
            ...fusedAt(`${at}.mlp.Wi`, ['intermediate', 'linear'], d, f),
            output: linearAt(`${at}.mlp.Wo`, f, d),
            norm: gainAt(`${at}.mlp_norm`, d),
          },
        };
      }),
      heads,
      layerNormEpsilon: more.layerNormEpsilon,
      activation: more.activation,
      normOrder: 'pre',
      finalNorm: gainAt(`${root}final_norm`, d),
    };
  },

  // Every task has the same head, on what it reads.
  head: ({ hiddenSize: d, initialDeviation }, { outputs }) => {
    const { gain } = gainAt('head.norm', d);
    return {
      pooler: linearAt('head.dense', d, d, initialDeviation),
      norm: { gain: { ...gain, initial: { deviation: 0 } } },
      output: denseAt('classifier', d, outputs, initialDeviation),
    };
  },
  readout: (config, readout) =>
    readout.pool === 'first' && readout.layer !== 'none' && config['classifier_pooling'] === 'mean'
      ? { ...readout, pool: 'mean' }
      : readout,
  headDropout: (config) => configNumber(config, 'classifier_dropout', 0),
};

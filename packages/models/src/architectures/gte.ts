import type { Architecture, Dimensions } from './architecture.js';
import { bertConfig, bertDimensions, bertEmbeddings, bertHeadDropout, pooledHead } from './bert-specs.js';
import { denseAt, fusedAt, fusedDenseAt, layerNormAt } from './dense-specs.js';
import type { ModelConfig } from './model-config.js';
import { configChoice, configExactly, configNumber, configSize } from './model-config.js';

const usualTheta = 10_000;

/** How positions become angles, by the keys of config.json that `own` keeps. */
const turningOf = (own: ModelConfig, headSize: number): { readonly rotation: number; readonly stretch?: number } => {
  const theta = configNumber(own, 'rope_theta', usualTheta);
  const scaling = own['rope_scaling'] as ModelConfig | null | undefined;
  if (!scaling) return { rotation: theta };
  configChoice(scaling, 'type', ['ntk'], 'ntk');
  configExactly(scaling, 'mixed_b', 0);
  // The base grows by the factor, and of what that leaves as it was, the fastest angle, the rest is made up: the slowest shrinks by the factor.
  const factor = configNumber(scaling, 'factor');
  return { rotation: theta * factor, stretch: factor ** (2 / headSize) };
};

const dimensions = (config: ModelConfig): Dimensions => {
  configChoice(config, 'position_embedding_type', ['rope'], 'rope');
  configChoice(config, 'layer_norm_type', ['layer_norm'], 'layer_norm');
  configExactly(config, 'logn_attention_scale', false);
  const { position_embedding_type: _, ...usual } = config;
  const types = configSize(config, 'type_vocab_size', { fallback: 1, least: 0 });
  const own = {
    rope_theta: configNumber(config, 'rope_theta', usualTheta),
    rope_scaling: config['rope_scaling'] ?? null,
    pack_qkv: config['pack_qkv'] !== false,
  };
  const sizes = bertDimensions({ ...usual, type_vocab_size: Math.max(types, 1) });
  turningOf(own, sizes.hiddenSize / sizes.heads);
  return {
    ...sizes,
    ...(types === 1 ? { types: 0, typeRows: 1 } : { types }),
    attentionDropout: configNumber(config, 'attention_probs_dropout_prob', 0),
    gated: true,
    own,
  };
};

/**
 * The encoders of gte v1.5 and multilingual gte (Zhang et al. 2024): BERT with positions as angles between queries and keys, for inputs as
 * long as their scaling makes them, and gated feed-forward blocks.
 */
const gteNamed = (modelType: string, classPrefix: string): Architecture => {
  const root = `${modelType}.`;
  return {
    modelType,
    classPrefix,
    prefix: root,
    headPrefixes: ['classifier.', 'qa_outputs.'],
    layersKey: 'num_hidden_layers',
    poolerActivation: 'tanh',

    dimensions,
    config: ({ typeRows = 0, own, ...sizes }) => ({
      ...bertConfig(modelType, { ...sizes, types: Math.max(sizes.types, typeRows) }),
      position_embedding_type: 'rope',
      ...own,
    }),

    encoder: ({ typeRows = 0, own = {}, ...sizes }) => {
      const {
        layers,
        hiddenSize: d,
        intermediateSize: f,
        heads,
        positions,
        types,
        layerNormEpsilon,
        activation,
      } = sizes;
      const { position: _, ...embeddings } = bertEmbeddings(root, { ...sizes, types: Math.max(types, typeRows) });
      const relative = turningOf(own, d / heads);
      return {
        embeddings: { ...embeddings, mostTokens: positions, ...(typeRows > 0 && { oneType: true }) },
        blocks: Array.from({ length: layers }, (_layer, layer) => {
          const at = `${root}encoder.layer.${layer}`;
          return {
            attention: {
              ...(own['pack_qkv'] === false
                ? {
                    query: denseAt(`${at}.attention.q_proj`, d, d),
                    key: denseAt(`${at}.attention.k_proj`, d, d),
                    value: denseAt(`${at}.attention.v_proj`, d, d),
                  }
                : fusedDenseAt(`${at}.attention.qkv_proj`, ['query', 'key', 'value'], d, d)),
              output: denseAt(`${at}.attention.o_proj`, d, d),
              norm: layerNormAt(`${at}.attn_ln`, d),
              relative,
            },
            feedForward: {
              ...fusedAt(`${at}.mlp.up_gate_proj`, ['linear', 'intermediate'], d, f),
              output: denseAt(`${at}.mlp.down_proj`, f, d),
              norm: layerNormAt(`${at}.mlp_ln`, d),
            },
          };
        }),
        heads,
        layerNormEpsilon,
        activation,
      };
    },

    head: pooledHead(`${root}pooler.dense`),
    headDropout: (config, { layer }) => bertHeadDropout(config, layer),
  };
};

/** gte-base-en-v1.5, gte-large-en-v1.5, gte-multilingual-base and -reranker-base, whose `model_type` is `new`. */
export const newGte = /* @__PURE__ */ gteNamed('new', 'New');

/** snowflake-arctic-embed-m-v2.0, which has the same encoder. */
export const gte = /* @__PURE__ */ gteNamed('gte', 'Gte');

import type { BlockWeights } from '@length-adaptive/core';
import type { Architecture, Dimensions } from './architecture.js';
import { ModelError } from '../errors.js';
import { configActivation } from './activation.js';
import { denseAt, layerNormAt, linearAt } from './dense-specs.js';
import type { ModelConfig } from './model-config.js';
import { configChoice, configExactly, configNumber, configSize } from './model-config.js';
import type { SpecTree } from './parameter-specs.js';

const root = 'funnel.';

/** Segments of tokens: of the first text, of the second, and of the first token. */
const segments = 3;

/** A layer as it runs: whose weights it has, and whether it takes the tokens two by two. */
interface FunnelLayer {
  readonly block: number;
  readonly index: number;
  readonly halves: boolean;
}

/** Whole numbers of config.json, one a block. */
const sizesOf = (config: ModelConfig, key: string, fallback: readonly number[]): readonly number[] => {
  const given = config[key] ?? fallback;
  if (Array.isArray(given) && given.length > 0 && given.every((size) => Number.isInteger(size) && size > 0))
    return given as readonly number[];
  throw new ModelError(
    'CONFIG_INVALID',
    `config.json: "${key}" is ${JSON.stringify(given)}; expected a list of whole numbers from 1, one a block.`,
  );
};

/** Layers in the order in which they run: each of a block as often in turn as that repeats its layers. */
const layersOf = (config: ModelConfig): readonly FunnelLayer[] => {
  const sizes = sizesOf(config, 'block_sizes', [4, 4, 4]);
  const repeats = sizesOf(
    config,
    'block_repeats',
    sizes.map(() => 1),
  );
  if (repeats.length !== sizes.length)
    throw new ModelError(
      'CONFIG_INVALID',
      `config.json: "block_repeats" is ${JSON.stringify(repeats)} and "block_sizes" ${JSON.stringify(sizes)}; expected as many of the one as of the other.`,
    );
  return sizes.flatMap((size, block) =>
    Array.from({ length: size }, (_, index) => index).flatMap((index) =>
      Array.from({ length: repeats[block] ?? 1 }, (_, repeat) => ({
        block,
        index,
        halves: block > 0 && index === 0 && repeat === 0,
      })),
    ),
  );
};

const dimensions = (config: ModelConfig): Dimensions => {
  const layers = layersOf(config);
  configExactly(config, 'pooling_type', 'mean');
  configChoice(config, 'attention_type', ['relative_shift', 'factorized'], 'relative_shift'); // the same function
  for (const key of ['separate_cls', 'truncate_seq', 'pool_q_only']) configExactly(config, key, true);
  configExactly(config, 'activation_dropout', 0);
  const [hiddenSize, heads] = [configSize(config, 'd_model'), configSize(config, 'n_head')];
  configExactly(config, 'd_head', hiddenSize / heads);
  return {
    layers: layers.length,
    hiddenSize,
    heads,
    intermediateSize: configSize(config, 'd_inner'),
    vocabulary: configSize(config, 'vocab_size'),
    positions: configSize(config, 'max_position_embeddings', { fallback: 512 }),
    types: segments,
    layerNormEpsilon: configNumber(config, 'layer_norm_eps', 1e-9),
    activation: configActivation(config, 'hidden_act', 'gelu_new'),
    hiddenDropout: configNumber(config, 'hidden_dropout', 0.1),
    attentionDropout: configNumber(config, 'attention_dropout', 0.1),
    initialDeviation: configNumber(config, 'initializer_range', 0.1),
    comparesWaves: true,
    halving: layers.flatMap(({ halves }, layer) => (halves ? [layer] : [])),
    own: {
      block_sizes: sizesOf(config, 'block_sizes', [4, 4, 4]),
      ...(config['block_repeats'] != null && { block_repeats: config['block_repeats'] }),
      ...(config['num_decoder_layers'] != null && { num_decoder_layers: config['num_decoder_layers'] }),
    },
  };
};

const blockAt = (
  { block, index, halves }: FunnelLayer,
  { hiddenSize: d, heads, intermediateSize: f }: Dimensions,
): SpecTree<BlockWeights> => {
  const at = `${root}encoder.blocks.${block}.${index}`;
  const attention = `${at}.attention`;
  const bias = (name: string) => ({ name: `${attention}.${name}`, shape: [d], storedAs: [heads, d / heads] });
  return {
    attention: {
      query: linearAt(`${attention}.q_head`, d, d),
      key: denseAt(`${attention}.k_head`, d, d),
      value: denseAt(`${attention}.v_head`, d, d),
      output: denseAt(`${attention}.post_proj`, d, d),
      norm: layerNormAt(`${attention}.layer_norm`, d),
      relative: {
        waves: {
          map: { kernel: { name: `${attention}.r_kernel`, shape: [d, d], storedAs: [d, heads, d / heads] } },
          segments: { name: `${attention}.seg_embed`, shape: [2, d], storedAs: [2, heads, d / heads] },
          keyBias: bias('r_w_bias'),
          waveBias: bias('r_r_bias'),
          segmentBias: bias('r_s_bias'),
        },
      },
    },
    feedForward: {
      intermediate: denseAt(`${at}.ffn.linear_1`, d, f),
      output: denseAt(`${at}.ffn.linear_2`, f, d),
      norm: layerNormAt(`${at}.ffn.layer_norm`, d),
    },
    halves,
  };
};

/**
 * The Funnel-Transformer (Dai et al. 2020) without its decoder: from block to block tokens become one two by two, and attention compares distances and
 * segments beside contents. What its layers are left by the first token is read.
 */
export const funnel: Architecture = {
  modelType: 'funnel',
  classPrefix: 'Funnel',
  prefix: root,
  headPrefixes: ['classifier.', 'qa_outputs.'],
  layersKey: 'block_sizes',
  poolerActivation: 'tanh',

  dimensions,

  config: ({ layers, hiddenSize, heads, intermediateSize, vocabulary, positions, own, ...more }) => ({
    model_type: 'funnel',
    block_sizes: [layers],
    d_model: hiddenSize,
    n_head: heads,
    d_head: hiddenSize / heads,
    d_inner: intermediateSize,
    vocab_size: vocabulary,
    max_position_embeddings: positions,
    hidden_act: more.activation ?? 'gelu_new',
    hidden_dropout: more.hiddenDropout,
    attention_dropout: more.attentionDropout,
    activation_dropout: 0,
    initializer_range: more.initialDeviation,
    layer_norm_eps: more.layerNormEpsilon,
    pooling_type: 'mean',
    attention_type: 'relative_shift',
    separate_cls: true,
    truncate_seq: true,
    pool_q_only: true,
    ...own,
  }),

  withLayers: (config, layers) => {
    const kept = layers.map((layer) => layersOf(config)[layer]?.block);
    const { block_repeats: _, ...others } = config;
    return {
      ...others,
      block_sizes: [...new Set(kept)].map((block) => kept.filter((own) => own === block).length),
    };
  },

  encoder: (sizes) => {
    const { hiddenSize, vocabulary, positions, heads, layerNormEpsilon, activation, own = {} } = sizes;
    return {
      embeddings: {
        word: { name: `${root}embeddings.word_embeddings.weight`, shape: [vocabulary, hiddenSize] },
        norm: layerNormAt(`${root}embeddings.layer_norm`, hiddenSize),
        mostTokens: positions,
        comparedTypes: segments,
      },
      blocks: layersOf(own).map((layer) => blockAt(layer, sizes)),
      heads,
      layerNormEpsilon,
      activation,
    };
  },

  head: ({ hiddenSize, initialDeviation }, { outputs, layer = 'classifier' }) => ({
    pooler: denseAt(`${layer}.linear_hidden`, hiddenSize, hiddenSize, initialDeviation),
    output: denseAt(`${layer}.linear_out`, hiddenSize, outputs, initialDeviation),
  }),
  readout: (_, readout) => {
    if (readout.pool === 'first') return readout;
    throw new ModelError(
      'CONFIG_INVALID',
      `config.json: the task reads the state of each token (${readout.layer ?? 'classifier'}), and a "funnel" gives that of the first alone: its layers make one of several tokens, and the decoder that parts them again is not supported. ` +
        'Take a model of another family, or a task that reads the first token: classification, regression, reranking, or vectors of the first token.',
    );
  },
  headDropout: (config) => configNumber(config, 'hidden_dropout', 0.1),
};

import type { BlockWeights } from '@length-adaptive/core';
import type { Architecture, Dimensions, Readout } from './architecture.js';
import { ModelError } from '../errors.js';
import { checkpointClass } from './checkpoint-class.js';
import { configActivation } from './activation.js';
import { denseAt, layerNormAt, linearAt } from './dense-specs.js';
import type { AddedVectors } from '../weights/onnx/graph-weights.js';
import type { TensorData } from '../weights/safetensors.js';
import type { ModelConfig } from './model-config.js';
import { configChoice, configExactly, configNumber, configSize } from './model-config.js';
import type { SpecTree } from './parameter-specs.js';

const root = 'funnel.';

const blockSizes = [4, 4, 4];

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
  const sizes = sizesOf(config, 'block_sizes', blockSizes);
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

/**
 * Whether a head reads behind the decoder. A classifier of the first token never does; vectors do where the checkpoint is one with a decoder, or they are
 * of every token.
 */
const hasDecoder = (config: ModelConfig, { pool, layer }: Readout): boolean =>
  pool !== 'first' || (layer === 'none' && checkpointClass(config) === 'FunnelModel');

const dimensions = (config: ModelConfig, readout?: Readout): Dimensions => {
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
    ...(readout &&
      hasDecoder(config, readout) && { decoder: configSize(config, 'num_decoder_layers', { fallback: 2 }) }),
    own: {
      block_sizes: sizesOf(config, 'block_sizes', blockSizes),
      ...(config['block_repeats'] != null && { block_repeats: config['block_repeats'] }),
      ...(config['num_decoder_layers'] != null && { num_decoder_layers: config['num_decoder_layers'] }),
    },
  };
};

const blockAt = (
  at: string,
  halves: boolean,
  { hiddenSize: d, heads, intermediateSize: f }: Dimensions,
): SpecTree<BlockWeights> => {
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
 * What is added to queries, out of graphs whose exporters have put the scale of attention into it and taken its name: what the sum is compared with tells
 * which it is. What is compared with keys meets neither waves nor segments.
 */
const biasesOf: Architecture['fromGraph'] = (added, { hiddenSize, heads }) => {
  const scale = Math.sqrt(hiddenSize / heads);
  const found = new Map<string, TensorData>();
  for (const to of new Set(added.map((vector) => vector.to))) {
    const vectors = added.filter((vector) => vector.to === to);
    const meeting = (end: string): AddedVectors | undefined =>
      vectors.find(({ meets }) => meets.some((name) => name.endsWith(end)));
    const [waves, ofSegments] = [meeting('.r_kernel'), meeting('.seg_embed')];
    const contents = vectors.filter((vector) => vector !== waves && vector !== ofSegments);
    const at = ofSegments?.meets.find((name) => name.endsWith('.seg_embed'))?.replace(/seg_embed$/, '');
    if (at === undefined || waves === undefined || contents.length !== 1) continue;
    for (const [name, vector] of [
      ['r_w_bias', contents[0]],
      ['r_r_bias', waves],
      ['r_s_bias', ofSegments],
    ] as const)
      if (vector)
        found.set(`${at}${name}`, { ...vector.tensor, data: vector.tensor.data.map((value) => value * scale) });
  }
  return found;
};

/**
 * The Funnel-Transformer (Dai et al. 2020): from block to block tokens become one two by two, and attention compares distances and segments beside contents. Heads
 * that read the first token read what is left of it; those that read every token do so behind the decoder, which gives each what it went into again.
 */
export const funnel: Architecture = {
  modelType: 'funnel',
  classPrefix: 'Funnel',
  className: (suffix, config, readout) =>
    `Funnel${suffix === 'Model' && !hasDecoder(config, readout) ? 'BaseModel' : suffix}`,
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
    const { hiddenSize, vocabulary, positions, heads, layerNormEpsilon, activation, decoder, own = {} } = sizes;
    return {
      embeddings: {
        word: { name: `${root}embeddings.word_embeddings.weight`, shape: [vocabulary, hiddenSize] },
        norm: layerNormAt(`${root}embeddings.layer_norm`, hiddenSize),
        mostTokens: positions,
        comparedTypes: segments,
      },
      blocks: layersOf(own).map(({ block, index, halves }) =>
        blockAt(`${root}encoder.blocks.${block}.${index}`, halves, sizes),
      ),
      ...(decoder !== undefined && {
        decoder: {
          blocks: Array.from({ length: decoder }, (_, i) => blockAt(`${root}decoder.layers.${i}`, false, sizes)),
          after: sizesOf(own, 'block_sizes', blockSizes)[0] ?? 0, // however often the first block repeats its layers
        },
      }),
      heads,
      layerNormEpsilon,
      activation,
    };
  },

  head: ({ hiddenSize, initialDeviation }, { pool, outputs, layer = 'classifier' }) => {
    if (pool !== 'first') return { output: denseAt(layer, hiddenSize, outputs, initialDeviation) };
    return {
      pooler: denseAt(`${layer}.linear_hidden`, hiddenSize, hiddenSize, initialDeviation),
      output: denseAt(`${layer}.linear_out`, hiddenSize, outputs, initialDeviation),
    };
  },
  fromGraph: biasesOf,
  headDropout: (config, { layer }) => (layer === 'qa_outputs' ? 0 : configNumber(config, 'hidden_dropout', 0.1)),
};

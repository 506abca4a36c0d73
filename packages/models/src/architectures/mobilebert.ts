import type { BlockWeights, DenseWeights, EncoderWeights, LayerNormWeights } from '@length-adaptive/core';
import { ModelError } from '../errors.js';
import { configActivation } from './activation.js';
import type { Architecture, Dimensions } from './architecture.js';
import { bertConfig, bertHeadDropout, pooledHead } from './bert-specs.js';
import { denseAt, layerNormAt } from './dense-specs.js';
import type { ModelConfig } from './model-config.js';
import { configChoice, configExactly, configFlag, configHeads, configNumber, configSize } from './model-config.js';
import type { SpecTree } from './parameter-specs.js';

const root = 'mobilebert.';

/** What the reference implementation adds to variances where it does not pass on what config.json says. */
const unsaidEpsilon = 1e-5;

/** What config.json says of a layer's widths. */
const widths = (config: ModelConfig): Pick<Dimensions, 'hiddenSize' | 'heads' | 'bottleneck'> => {
  if (!configFlag(config, 'use_bottleneck', true)) {
    const sizes = configHeads(config, 'hidden_size', 'num_attention_heads');
    configExactly(config, 'true_hidden_size', sizes.hiddenSize);
    return sizes;
  }
  const { hiddenSize: size, heads } = configHeads(
    { ...config, intra_bottleneck_size: config['intra_bottleneck_size'] ?? 128 },
    'intra_bottleneck_size',
    'num_attention_heads',
  );
  configExactly(config, 'true_hidden_size', size);
  const shared = !configFlag(config, 'use_bottleneck_attention', false);
  if (shared && !configFlag(config, 'key_query_shared_bottleneck', true))
    throw new ModelError(
      'CONFIG_INVALID',
      'config.json: "use_bottleneck_attention" and "key_query_shared_bottleneck" are both false: queries and keys would be made of the wide states, by maps that are narrow. Supported: one of them, or both, or "use_bottleneck": false.',
    );
  return { hiddenSize: configSize(config, 'hidden_size'), heads, bottleneck: { size, shared } };
};

const dimensions = (config: ModelConfig): Dimensions => {
  const { hiddenSize, heads, bottleneck } = widths(config);
  const width = configSize(config, 'embedding_size', { fallback: 128 });
  const trigram = configFlag(config, 'trigram_input', true);
  return {
    layers: configSize(config, 'num_hidden_layers'),
    hiddenSize,
    heads,
    intermediateSize: configSize(config, 'intermediate_size'),
    ...(bottleneck && { bottleneck }),
    feedForwards: configSize(config, 'num_feedforward_networks', { fallback: 4 }),
    ...((trigram || width !== hiddenSize) && { wordInputs: (trigram ? 3 : 1) * width }),
    vocabulary: configSize(config, 'vocab_size'),
    positions: configSize(config, 'max_position_embeddings'),
    types: configSize(config, 'type_vocab_size', { fallback: 2 }),
    layerNormEpsilon: configNumber(config, 'layer_norm_eps', 1e-12),
    activation: configActivation(config, 'hidden_act', 'relu'),
    hiddenDropout: configNumber(config, 'hidden_dropout_prob', 0),
    attentionDropout: configNumber(config, 'attention_probs_dropout_prob', 0.1),
    withoutPooler: !configFlag(config, 'classifier_activation', true),
    initialDeviation: configNumber(config, 'initializer_range', 0.02),
    own: {
      embedding_size: width,
      trigram_input: trigram,
      normalization_type: configChoice(config, 'normalization_type', ['no_norm', 'layer_norm'], 'no_norm'),
    },
  };
};

/** A norm as `normalization_type` says: of elements alone, or with statistics. */
const normBy =
  ({ own = {} }: Dimensions) =>
  (name: string, size: number, more: Pick<LayerNormWeights, 'epsilon'> = {}): SpecTree<LayerNormWeights> => ({
    ...layerNormAt(name, size),
    ...(own['normalization_type'] === 'no_norm' ? { plain: true } : more),
  });

const blockAt = (at: string, sizes: Dimensions): SpecTree<BlockWeights> => {
  const { hiddenSize: d, intermediateSize: f, bottleneck, feedForwards = 1 } = sizes;
  const a = bottleneck?.size ?? d;
  const norm = normBy(sizes);
  const normal = (name: string, inputs: number, outputs: number) => ({
    map: denseAt(`${name}.dense`, inputs, outputs),
    norm: norm(`${name}.LayerNorm`, outputs),
  });
  const feedForward = (below: string, more: Pick<LayerNormWeights, 'epsilon'> = {}) => ({
    intermediate: denseAt(`${below}.intermediate.dense`, a, f),
    output: denseAt(`${below}.output.dense`, f, a),
    norm: norm(`${below}.output.LayerNorm`, a, more),
  });
  return {
    attention: {
      query: denseAt(`${at}.attention.self.query`, a, a),
      key: denseAt(`${at}.attention.self.key`, a, a),
      value: denseAt(`${at}.attention.self.value`, bottleneck?.shared ? d : a, a),
      output: denseAt(`${at}.attention.output.dense`, a, a),
      norm: norm(`${at}.attention.output.LayerNorm`, a),
    },
    between: Array.from({ length: feedForwards - 1 }, (_, i) => feedForward(`${at}.ffn.${i}`)),
    feedForward: feedForward(at, { epsilon: unsaidEpsilon }),
    ...(bottleneck && {
      bottleneck: {
        input: normal(`${at}.bottleneck.input`, d, a),
        ...(bottleneck.shared && { shared: normal(`${at}.bottleneck.attention`, d, a) }),
        output: normal(`${at}.output.bottleneck`, a, d),
      },
    }),
  };
};

const encoder = (sizes: Dimensions): SpecTree<EncoderWeights> => {
  const { layers, hiddenSize: d, heads, vocabulary, positions, types, wordInputs, bottleneck, own = {} } = sizes;
  const width = configSize(own, 'embedding_size');
  const map: SpecTree<DenseWeights> = denseAt(`${root}embeddings.embedding_transformation`, wordInputs ?? width, d);
  return {
    embeddings: {
      word: { name: `${root}embeddings.word_embeddings.weight`, shape: [vocabulary, width] },
      ...(wordInputs !== undefined && { words: { map, neighbours: wordInputs > width } }),
      position: { name: `${root}embeddings.position_embeddings.weight`, shape: [positions, d] },
      tokenType: { name: `${root}embeddings.token_type_embeddings.weight`, shape: [types, d] },
      norm: normBy(sizes)(`${root}embeddings.LayerNorm`, d, { epsilon: unsaidEpsilon }),
    },
    blocks: Array.from({ length: layers }, (_, layer) => blockAt(`${root}encoder.layer.${layer}`, sizes)),
    heads,
    ...(bottleneck && { attentionSize: bottleneck.size }),
    layerNormEpsilon: sizes.layerNormEpsilon,
    activation: sizes.activation,
  };
};

/** MobileBERT (Sun et al. 2020): layers that are narrower inside, with several feed-forward blocks, norms without statistics, and words that are read with their neighbours. */
export const mobilebert: Architecture = {
  modelType: 'mobilebert',
  classPrefix: 'MobileBert',
  prefix: root,
  headPrefixes: ['classifier.', 'qa_outputs.'],
  layersKey: 'num_hidden_layers',
  poolerActivation: 'tanh',

  dimensions,
  config: ({ bottleneck, feedForwards = 1, withoutPooler = false, own, ...sizes }) => ({
    ...bertConfig('mobilebert', sizes),
    ...own,
    use_bottleneck: bottleneck !== undefined,
    ...(bottleneck && {
      intra_bottleneck_size: bottleneck.size,
      use_bottleneck_attention: !bottleneck.shared,
      key_query_shared_bottleneck: bottleneck.shared,
    }),
    num_feedforward_networks: feedForwards,
    classifier_activation: !withoutPooler,
  }),
  encoder,

  head: (sizes, readout) => {
    const head = pooledHead(`${root}pooler.dense`)(sizes, readout);
    return sizes.withoutPooler && head.output ? { output: head.output } : head;
  },
  headDropout: (config, { layer }) => bertHeadDropout({ hidden_dropout_prob: 0, ...config }, layer),
};

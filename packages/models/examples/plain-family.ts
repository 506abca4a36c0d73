import type { Architecture } from '@length-adaptive/models';
import { configHeads, configSize, denseAt, layerNormAt, registerArchitecture } from '@length-adaptive/models';

const root = 'plain.';

/** A family in one file: an encoder with ReLU, without segments and without a pooler, under names of its own. */
const plain: Architecture = {
  modelType: 'plain',
  classPrefix: 'Plain',
  prefix: root,
  headPrefixes: ['head.'],
  layersKey: 'depth',
  poolerActivation: 'relu',

  dimensions: (config) => ({
    layers: configSize(config, 'depth'),
    ...configHeads(config, 'width', 'heads'),
    intermediateSize: configSize(config, 'inner_width'),
    vocabulary: configSize(config, 'vocab_size'),
    positions: configSize(config, 'positions'),
    types: 0,
    layerNormEpsilon: 1e-6,
    activation: 'relu',
    hiddenDropout: 0.1,
    attentionDropout: 0,
    initialDeviation: 0.1,
  }),
  config: ({ layers, hiddenSize, heads, intermediateSize, vocabulary, positions }) => ({
    model_type: 'plain',
    depth: layers,
    width: hiddenSize,
    heads,
    inner_width: intermediateSize,
    vocab_size: vocabulary,
    positions,
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
      word: { name: `${root}words`, shape: [vocabulary, d] },
      position: { name: `${root}positions`, shape: [positions, d] },
      norm: layerNormAt(`${root}norm`, d),
    },
    blocks: Array.from({ length: layers }, (_, layer) => ({
      attention: {
        query: denseAt(`${root}${layer}.query`, d, d),
        key: denseAt(`${root}${layer}.key`, d, d),
        value: denseAt(`${root}${layer}.value`, d, d),
        output: denseAt(`${root}${layer}.mix`, d, d),
        norm: layerNormAt(`${root}${layer}.mix_norm`, d),
      },
      feedForward: {
        intermediate: denseAt(`${root}${layer}.up`, d, f),
        output: denseAt(`${root}${layer}.down`, f, d),
        norm: layerNormAt(`${root}${layer}.out_norm`, d),
      },
    })),
    heads,
    layerNormEpsilon,
    activation,
  }),
  head: ({ hiddenSize, initialDeviation }, { outputs }) => ({
    output: denseAt('head', hiddenSize, outputs, initialDeviation),
  }),
  headDropout: () => 0,
};

registerArchitecture(plain);

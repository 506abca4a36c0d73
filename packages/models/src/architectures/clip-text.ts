import type { SummaryToken } from '@length-adaptive/core/encoder';
import { configActivation } from './activation.js';
import type { Architecture, Dimensions } from './architecture.js';
import { clipBlock, projected, projectionOf } from './clip-specs.js';
import { denseAt, layerNormAt, linearAt } from './dense-specs.js';
import type { ModelConfig } from './model-config.js';
import { configHeads, configNumber, configSize } from './model-config.js';

const root = 'text_model.';

/** What the configuration of the tower for texts says where its file does not. */
const usual = {
  vocab_size: 49_408,
  hidden_size: 512,
  intermediate_size: 2048,
  num_hidden_layers: 12,
  num_attention_heads: 8,
  max_position_embeddings: 77,
};

/** The first files of all said 2 of the token at the end of a text, which it is not: what is read there is the token of the largest id. */
const largestId = 2;

const endOf = (config: ModelConfig): number => configSize(config, 'eos_token_id', { fallback: 49_407, least: 0 });

const dimensions = (config: ModelConfig): Dimensions => {
  const tower: ModelConfig = { ...usual, ...config };
  return {
    layers: configSize(tower, 'num_hidden_layers'),
    ...configHeads(tower, 'hidden_size', 'num_attention_heads'),
    intermediateSize: configSize(tower, 'intermediate_size'),
    vocabulary: configSize(tower, 'vocab_size'),
    positions: configSize(tower, 'max_position_embeddings'),
    types: 0,
    withoutPooler: true,
    layerNormEpsilon: configNumber(tower, 'layer_norm_eps', 1e-5),
    activation: configActivation(tower, 'hidden_act', 'quick_gelu'),
    hiddenDropout: 0,
    attentionDropout: configNumber(tower, 'attention_dropout', 0),
    initialDeviation: configNumber(tower, 'initializer_range', 0.02),
    own: { projection_dim: projectionOf(config), eos_token_id: endOf(config) },
  };
};

/** Whether vectors are projected: the class that has no projection gives the state as it is. */
const isProjected = ({ architectures }: ModelConfig): boolean =>
  !Array.isArray(architectures) || architectures[0] !== 'CLIPTextModel';

/**
 * CLIP (Radford et al. 2021), its tower for texts: a vector of a text, in the space that the tower for images has vectors in. A token sees those
 * before it alone, and the one at the end of the text stands for it.
 */
export const clipText: Architecture = {
  modelType: 'clip_text_model',
  classPrefix: 'CLIPText',
  prefix: root,
  headPrefixes: ['text_projection.', 'classifier.'],
  layersKey: 'num_hidden_layers',
  poolerActivation: 'tanh',

  dimensions,
  config: ({ layers, hiddenSize, heads, intermediateSize, vocabulary, positions, own, ...more }) => ({
    model_type: 'clip_text_model',
    ...own,
    num_hidden_layers: layers,
    hidden_size: hiddenSize,
    num_attention_heads: heads,
    intermediate_size: intermediateSize,
    vocab_size: vocabulary,
    max_position_embeddings: positions,
    hidden_act: more.activation ?? 'quick_gelu',
    attention_dropout: more.attentionDropout,
    initializer_range: more.initialDeviation,
    layer_norm_eps: more.layerNormEpsilon,
  }),

  encoder: (of) => {
    const { layers, heads, hiddenSize: d, vocabulary, positions, layerNormEpsilon, activation, own = {} } = of;
    const end = endOf(own);
    const summary: SummaryToken = end === largestId ? 'largest-id' : { id: end };
    return {
      embeddings: {
        word: { name: `${root}embeddings.token_embedding.weight`, shape: [vocabulary, d] },
        position: { name: `${root}embeddings.position_embedding.weight`, shape: [positions, d] },
        summary,
      },
      blocks: Array.from({ length: layers }, (_, layer) => {
        const { attention, feedForward } = clipBlock(root, layer, of);
        return { attention: { ...attention, relative: { causal: true } }, feedForward };
      }),
      heads,
      layerNormEpsilon,
      activation,
      normOrder: 'pre',
      finalNorm: layerNormAt(`${root}final_layer_norm`, d),
    };
  },

  head: ({ hiddenSize, initialDeviation }, { layer, outputs }) => ({
    output:
      layer === 'projection'
        ? linearAt('text_projection', hiddenSize, outputs, initialDeviation)
        : denseAt('classifier', hiddenSize, outputs, initialDeviation),
  }),
  readout: (config, readout) => {
    if (readout.layer !== 'none' || readout.pool === 'none') return readout;
    return isProjected(config) ? projected(config, readout, 'text_embeds') : { ...readout, pool: 'first' };
  },
  headDropout: () => 0,
};

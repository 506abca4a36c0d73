import type { BlockWeights, ImageShape } from '@length-adaptive/core';
import { imageTokens } from '@length-adaptive/core/encoder';
import { configActivation } from './activation.js';
import type { Architecture, Dimensions } from './architecture.js';
import { bertBlock } from './bert-specs.js';
import { layerNormAt, linearAt } from './dense-specs.js';
import type { ModelConfig } from './model-config.js';
import { configNumber, configSize } from './model-config.js';
import type { SpecTree } from './parameter-specs.js';
import { imageConfig, patchDimensions, patchesAt } from './vit-specs.js';

const root = 'vision_model.';

/** What the configuration of the tower for images says where its file does not. */
const usual = {
  hidden_size: 768,
  intermediate_size: 3072,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  image_size: 224,
  patch_size: 32,
};

/** What config.json says of the tower for images. */
const towerOf = ({ vision_config: tower }: ModelConfig): ModelConfig => ({
  ...usual,
  ...(tower as ModelConfig | null | undefined),
});

/** Width of the vectors that both towers make. */
const projectionOf = (config: ModelConfig): number => configSize(config, 'projection_dim', { fallback: 512 });

const dimensions = (config: ModelConfig): Dimensions => {
  const tower = towerOf(config);
  return {
    ...patchDimensions(tower, 1),
    layerNormEpsilon: configNumber(tower, 'layer_norm_eps', 1e-5),
    activation: configActivation(tower, 'hidden_act', 'quick_gelu'),
    hiddenDropout: 0,
    attentionDropout: configNumber(tower, 'attention_dropout', 0),
    own: { projection_dim: projectionOf(config) },
  };
};

const block = (layer: number, of: Dimensions): SpecTree<BlockWeights> =>
  bertBlock(`${root}encoder.layers.${layer}`, of, {
    query: 'self_attn.q_proj',
    key: 'self_attn.k_proj',
    value: 'self_attn.v_proj',
    output: 'self_attn.out_proj',
    attentionNorm: 'layer_norm1',
    intermediate: 'mlp.fc1',
    feedForwardOutput: 'mlp.fc2',
    feedForwardNorm: 'layer_norm2',
  });

/** CLIP (Radford et al. 2021), its tower for images: a vector of an image, in the space that the tower for texts has vectors in. */
export const clip: Architecture = {
  modelType: 'clip',
  reads: 'images',
  classPrefix: 'CLIP',
  prefix: root,
  headPrefixes: ['visual_projection.'],
  layersKey: 'num_hidden_layers',
  poolerActivation: 'tanh',

  dimensions,
  config: ({ layers, hiddenSize, heads, intermediateSize, image, own, ...more }) => ({
    model_type: 'clip',
    ...own,
    vision_config: {
      num_hidden_layers: layers,
      hidden_size: hiddenSize,
      num_attention_heads: heads,
      intermediate_size: intermediateSize,
      ...imageConfig(image),
      hidden_act: more.activation ?? 'quick_gelu',
      attention_dropout: more.attentionDropout,
      initializer_range: more.initialDeviation,
      layer_norm_eps: more.layerNormEpsilon,
    },
  }),

  encoder: (of) => {
    const { layers, heads, hiddenSize: d, layerNormEpsilon, activation } = of;
    const image = of.image as ImageShape;
    return {
      embeddings: {
        word: { name: `${root}embeddings.class_embedding`, shape: [1, d], storedAs: [d] },
        patches: patchesAt(`${root}embeddings.patch_embedding`, { image, hiddenSize: d }, { bias: false }),
        position: { name: `${root}embeddings.position_embedding.weight`, shape: [imageTokens(image), d] },
        norm: layerNormAt(`${root}pre_layrnorm`, d),
      },
      blocks: Array.from({ length: layers }, (_, layer) => block(layer, of)),
      heads,
      layerNormEpsilon,
      activation,
      normOrder: 'pre',
      finalNorm: layerNormAt(`${root}post_layernorm`, d),
    };
  },

  head: ({ hiddenSize, initialDeviation }, { outputs }) => ({
    output: linearAt('visual_projection', hiddenSize, outputs, initialDeviation),
  }),
  // A vector is that of the first token, projected.
  readout: (config, readout) =>
    readout.layer === 'none'
      ? { ...readout, pool: 'first', layer: 'projection', outputs: projectionOf(config) }
      : readout,
  headDropout: () => 0,
};

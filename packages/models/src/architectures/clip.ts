import type { ImageShape } from '@length-adaptive/core';
import { imageTokens } from '@length-adaptive/core/encoder';
import { configActivation } from './activation.js';
import type { Architecture } from './architecture.js';
import { clipBlock, projected, projectionOf } from './clip-specs.js';
import { layerNormAt, linearAt } from './dense-specs.js';
import type { ModelConfig } from './model-config.js';
import { configNumber } from './model-config.js';
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

/** How a family says what its tower is, and its projection. */
interface ClipImages extends Pick<Architecture, 'modelType' | 'classPrefix' | 'towers'> {
  readonly towerOf: (config: ModelConfig) => unknown;
  readonly configOf: (tower: ModelConfig) => ModelConfig;
}

const clipImages = ({ modelType, classPrefix, towers, towerOf, configOf }: ClipImages): Architecture => ({
  modelType,
  towers,
  reads: 'images',
  classPrefix,
  prefix: root,
  headPrefixes: ['visual_projection.'],
  layersKey: 'num_hidden_layers',
  poolerActivation: 'tanh',

  dimensions: (config) => {
    const tower: ModelConfig = { ...usual, ...(towerOf(config) as ModelConfig | null | undefined) };
    return {
      ...patchDimensions(tower, 1),
      layerNormEpsilon: configNumber(tower, 'layer_norm_eps', 1e-5),
      activation: configActivation(tower, 'hidden_act', 'quick_gelu'),
      hiddenDropout: 0,
      attentionDropout: configNumber(tower, 'attention_dropout', 0),
      own: { projection_dim: projectionOf(config) },
    };
  },
  config: ({ layers, hiddenSize, heads, intermediateSize, image, own, ...more }) => ({
    model_type: modelType,
    ...own,
    ...configOf({
      num_hidden_layers: layers,
      hidden_size: hiddenSize,
      num_attention_heads: heads,
      intermediate_size: intermediateSize,
      ...imageConfig(image),
      hidden_act: more.activation ?? 'quick_gelu',
      attention_dropout: more.attentionDropout,
      initializer_range: more.initialDeviation,
      layer_norm_eps: more.layerNormEpsilon,
    }),
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
      blocks: Array.from({ length: layers }, (_, layer) => clipBlock(root, layer, of)),
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
  readout: (config, readout) => (readout.layer === 'none' ? projected(config, readout, 'image_embeds') : readout),
  headDropout: () => 0,
});

/** The configuration of the tower for texts, as it is written where that stands by itself. */
const textTower = ({ text_config: tower, projection_dim: projection }: ModelConfig): ModelConfig => ({
  ...(tower as ModelConfig | null | undefined),
  model_type: 'clip_text_model',
  architectures: ['CLIPTextModelWithProjection'],
  projection_dim: projection ?? 512,
});

/** CLIP (Radford et al. 2021), which opens as its tower for images: a vector of an image, in the space that the tower for texts has vectors in. */
export const clip = /* @__PURE__ */ clipImages({
  towers: { images: (config) => config, texts: textTower },
  modelType: 'clip',
  classPrefix: 'CLIP',
  towerOf: ({ vision_config: tower }) => tower,
  configOf: (tower) => ({ vision_config: tower }),
});

/** The same tower by itself. */
export const clipVision = /* @__PURE__ */ clipImages({
  modelType: 'clip_vision_model',
  classPrefix: 'CLIPVision',
  towerOf: (config) => config,
  configOf: (tower) => tower,
});

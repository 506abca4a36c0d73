import type { EncoderWeights, ImageShape } from '@length-adaptive/core';
import { imageTokens, patchSize } from '@length-adaptive/core/encoder';
import { ModelError } from '../errors.js';
import { configActivation } from './activation.js';
import type { Dimensions, HeadWeights, Readout } from './architecture.js';
import type { BlockNames } from './bert-specs.js';
import { bertBlock } from './bert-specs.js';
import { denseAt, layerNormAt, linearAt } from './dense-specs.js';
import type { ModelConfig } from './model-config.js';
import { configHeads, configNumber, configSize } from './model-config.js';
import type { ParameterSpec, SpecTree } from './parameter-specs.js';

/** One number for both sides, or a list of two: height, then width. */
const sides = (config: ModelConfig, key: string, fallback: number): readonly [height: number, width: number] => {
  const value = config[key] ?? fallback;
  const [height, width, ...more] = Array.isArray(value) ? (value as readonly unknown[]) : [value, value];
  if (more.length > 0) configSize({ [key]: Number.NaN }, key);
  return [configSize({ [key]: height }, key), configSize({ [key]: width }, key)];
};

/**
 * The images that a config.json is for.
 *
 * @throws ModelError `CONFIG_INVALID` for patches that are no squares, or larger than the image
 */
const configImage = (config: ModelConfig, leading: ImageShape['leading']): ImageShape => {
  const [height, width] = sides(config, 'image_size', 224);
  const [patch, across] = sides(config, 'patch_size', 16);
  if (patch !== across)
    throw new ModelError(
      'CONFIG_INVALID',
      `config.json: "patch_size" is ${patch} x ${across}; supported: squares, one number.`,
    );
  if (patch > Math.min(height, width))
    throw new ModelError(
      'CONFIG_INVALID',
      `config.json: "patch_size" is ${patch} and "image_size" ${height} x ${width}; expected patches that fit the image.`,
    );
  return { channels: configSize(config, 'num_channels', { fallback: 3 }), height, width, patch, leading };
};

/** What the keys say that all vision transformers have. */
export const patchDimensions = (config: ModelConfig, leading: ImageShape['leading']) => {
  const image = configImage(config, leading);
  return {
    layers: configSize(config, 'num_hidden_layers'),
    ...configHeads(config, 'hidden_size', 'num_attention_heads'),
    intermediateSize: configSize(config, 'intermediate_size'),
    vocabulary: 1, // the token before the patches
    positions: imageTokens(image),
    types: 0,
    image,
    initialDeviation: configNumber(config, 'initializer_range', 0.02),
  } satisfies Partial<Dimensions>;
};

/** What config.json says of a vision transformer under ViT's keys. */
export const vitDimensions = (config: ModelConfig, leading: ImageShape['leading']): Dimensions => ({
  ...patchDimensions(config, leading),
  layerNormEpsilon: configNumber(config, 'layer_norm_eps', 1e-12),
  activation: configActivation(config, 'hidden_act'),
  hiddenDropout: configNumber(config, 'hidden_dropout_prob', 0),
  attentionDropout: configNumber(config, 'attention_probs_dropout_prob', 0),
  own: { qkv_bias: config['qkv_bias'] ?? true },
});

/** What config.json says of images: their size is a number where they are square, which tools of some families take alone. */
export const imageConfig = (image: ImageShape | undefined): ModelConfig =>
  image === undefined
    ? {}
    : {
        image_size: image.height === image.width ? image.height : [image.height, image.width],
        patch_size: image.patch,
        num_channels: image.channels,
      };

/** The same the other way round. */
export const vitConfig = (
  modelType: string,
  { layers, hiddenSize, heads, intermediateSize, image, own, ...more }: Dimensions,
): ModelConfig => ({
  model_type: modelType,
  num_hidden_layers: layers,
  hidden_size: hiddenSize,
  num_attention_heads: heads,
  intermediate_size: intermediateSize,
  ...imageConfig(image),
  hidden_act: more.activation ?? 'gelu',
  hidden_dropout_prob: more.hiddenDropout,
  attention_probs_dropout_prob: more.attentionDropout,
  initializer_range: more.initialDeviation,
  layer_norm_eps: more.layerNormEpsilon,
  ...own,
});

const blockNames: Partial<BlockNames> = {
  query: 'attention.attention.query',
  key: 'attention.attention.key',
  value: 'attention.attention.value',
  attentionNorm: 'layernorm_before',
  feedForwardNorm: 'layernorm_after',
};

/** A table that a checkpoint stores as one of a batch: [1, rows, columns]. */
const tableAt = (name: string, rows: number, columns: number): ParameterSpec => ({
  name,
  shape: [rows, columns],
  storedAs: [1, rows, columns],
});

/** The embeddings of patches: a convolution whose steps are as wide as its kernel. */
export const patchesAt = (
  name: string,
  { image, hiddenSize: d }: { readonly image: ImageShape; readonly hiddenSize: number },
  { bias }: { readonly bias: boolean },
): { readonly projection: ReturnType<typeof linearAt>; readonly image: ImageShape } => {
  const { channels, patch } = image;
  const { kernel, ...rest } = bias ? denseAt(name, patchSize(image), d) : linearAt(name, patchSize(image), d);
  return { projection: { kernel: { ...kernel, storedAs: [d, channels, patch, patch] }, ...rest }, image };
};

/** ViT's encoder below `root`. */
export const vitEncoder = (root: string, dimensions: Dimensions): SpecTree<EncoderWeights> => {
  const { layers, heads, hiddenSize: d, layerNormEpsilon, activation, own } = dimensions;
  const image = dimensions.image as ImageShape;
  const at = `${root}embeddings.`;
  const hasBias = own?.['qkv_bias'] !== false;
  const block = (layer: number): SpecTree<EncoderWeights>['blocks'][number] => {
    const whole = bertBlock(`${root}encoder.layer.${layer}`, dimensions, blockNames);
    if (hasBias) return whole;
    const plain = (name: string): ReturnType<typeof linearAt> =>
      linearAt(`${root}encoder.layer.${layer}.attention.attention.${name}`, d, d);
    return {
      ...whole,
      attention: { ...whole.attention, query: plain('query'), key: plain('key'), value: plain('value') },
    };
  };
  return {
    embeddings: {
      word: tableAt(`${at}cls_token`, 1, d),
      patches: {
        ...patchesAt(`${at}patch_embeddings.projection`, { image, hiddenSize: d }, { bias: true }),
        ...(image.leading === 2 && { second: tableAt(`${at}distillation_token`, 1, d) }),
      },
      position: tableAt(`${at}position_embeddings`, imageTokens(image), d),
    },
    blocks: Array.from({ length: layers }, (_, layer) => block(layer)),
    heads,
    layerNormEpsilon,
    activation,
    normOrder: 'pre',
    finalNorm: layerNormAt(`${root}layernorm`, d),
  };
};

/** ViT's heads: one map of the first token's state; of two tokens, a map for each. */
export const vitHead = (
  { hiddenSize, initialDeviation }: Dimensions,
  { pool, outputs }: Readout,
): SpecTree<HeadWeights> => {
  const at = (name: string): ReturnType<typeof denseAt> => denseAt(name, hiddenSize, outputs, initialDeviation);
  return pool === 'first-two'
    ? { output: at('cls_classifier'), second: at('distillation_classifier') }
    : { output: at('classifier') };
};

/** What the names of a head's tensors begin with. */
export const vitHeadPrefixes: readonly string[] = ['classifier.', 'cls_classifier.', 'distillation_classifier.'];

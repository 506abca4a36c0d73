import type { Architecture } from './architecture.js';
import { vitConfig, vitDimensions, vitEncoder, vitHead, vitHeadPrefixes } from './vit-specs.js';

const root = 'vit.';

/** ViT (Dosovitskiy et al. 2021): the patches of an image as tokens, norms before the blocks. */
export const vit: Architecture = {
  modelType: 'vit',
  reads: 'images',
  classPrefix: 'ViT',
  prefix: root,
  headPrefixes: vitHeadPrefixes,
  layersKey: 'num_hidden_layers',
  poolerActivation: 'tanh',

  dimensions: (config) => vitDimensions(config, 1),
  config: (dimensions) => vitConfig('vit', dimensions),
  encoder: (dimensions) => vitEncoder(root, dimensions),
  head: vitHead,
  headDropout: () => 0,
};

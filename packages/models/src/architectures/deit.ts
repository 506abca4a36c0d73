import type { Architecture } from './architecture.js';
import { vitConfig, vitDimensions, vitEncoder, vitHead, vitHeadPrefixes } from './vit-specs.js';

const root = 'deit.';

/** DeiT (Touvron et al. 2021): ViT with a second token before the patches, which learned from a teacher. */
export const deit: Architecture = {
  modelType: 'deit',
  reads: 'images',
  classPrefix: 'DeiT',
  prefix: root,
  headPrefixes: vitHeadPrefixes,
  layersKey: 'num_hidden_layers',
  poolerActivation: 'tanh',

  dimensions: (config) => vitDimensions(config, 2),
  config: (dimensions) => vitConfig('deit', dimensions),
  encoder: (dimensions) => vitEncoder(root, dimensions),
  head: vitHead,
  headDropout: () => 0,
};

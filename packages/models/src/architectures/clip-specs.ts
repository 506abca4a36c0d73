import type { BlockWeights } from '@length-adaptive/core';
import type { Dimensions, Readout } from './architecture.js';
import { bertBlock } from './bert-specs.js';
import type { ModelConfig } from './model-config.js';
import { configSize } from './model-config.js';
import type { SpecTree } from './parameter-specs.js';

/** Width of the vectors that both towers make. */
export const projectionOf = (config: ModelConfig): number => configSize(config, 'projection_dim', { fallback: 512 });

/** A layer of either tower below `root`. */
export const clipBlock = (root: string, layer: number, of: Dimensions): SpecTree<BlockWeights> =>
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

/** A vector is the state of the token that stands for its input, projected. */
export const projected = (config: ModelConfig, readout: Readout, outputName: string): Readout => ({
  ...readout,
  pool: 'first',
  layer: 'projection',
  outputs: projectionOf(config),
  outputName,
});

import type { DenseWeights, LayerNormWeights } from '@length-adaptive/core';
import type { SpecTree } from './parameter-specs.js';

/** An affine map in a checkpoint; with `deviation` it is made anew where the checkpoint lacks it. */
export const denseAt = (name: string, inputs: number, outputs: number, deviation?: number): SpecTree<DenseWeights> => ({
  kernel: {
    name: `${name}.weight`,
    shape: [outputs, inputs],
    transposed: true,
    ...(deviation !== undefined && { initial: { deviation } }),
  },
  bias: { name: `${name}.bias`, shape: [outputs], ...(deviation !== undefined && { initial: { deviation: 0 } }) },
});

/** A layer norm in a checkpoint. */
export const layerNormAt = (name: string, size: number): SpecTree<LayerNormWeights> => ({
  gain: { name: `${name}.weight`, shape: [size], constant: 1 },
  bias: { name: `${name}.bias`, shape: [size] },
});

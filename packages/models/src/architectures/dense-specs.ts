import type { DenseWeights, LayerNormWeights } from '@length-adaptive/core';
import type { ParameterSpec, SpecTree } from './parameter-specs.js';

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

/** An affine map without a bias. */
export const linearAt = (name: string, inputs: number, outputs: number, deviation?: number): SpecTree<DenseWeights> => {
  const { kernel } = denseAt(name, inputs, outputs, deviation);
  return { kernel };
};

/** Affine maps without biases that are stored as one, one after the other: [out, in] each. */
export const fusedAt = <Name extends string>(
  name: string,
  parts: readonly Name[],
  inputs: number,
  outputs: number,
): Readonly<Record<Name, SpecTree<DenseWeights>>> =>
  Object.fromEntries(
    parts.map((part, index) => {
      const { kernel } = linearAt(`${name}.${part}`, inputs, outputs);
      return [part, { kernel: { ...kernel, part: { of: `${name}.weight`, index, count: parts.length } } }];
    }),
  ) as Readonly<Record<Name, SpecTree<DenseWeights>>>;

/** The same with biases, which are stored as one, too: [out] each. */
export const fusedDenseAt = <Name extends string>(
  name: string,
  parts: readonly Name[],
  inputs: number,
  outputs: number,
): Readonly<Record<Name, SpecTree<DenseWeights>>> => {
  const maps = Object.entries<SpecTree<DenseWeights>>(fusedAt(name, parts, inputs, outputs));
  return Object.fromEntries(
    maps.map(([part, map], index): [string, SpecTree<DenseWeights>] => {
      const bias = { name: `${name}.${part}.bias`, shape: [outputs] };
      return [part, { ...map, bias: { ...bias, part: { of: `${name}.bias`, index, count: parts.length } } }];
    }),
  ) as Readonly<Record<Name, SpecTree<DenseWeights>>>;
};

/** A layer norm without a bias. */
export const gainAt = (name: string, size: number): SpecTree<LayerNormWeights> => ({
  gain: { name: `${name}.weight`, shape: [size], constant: 1 },
});

/** A layer norm in a checkpoint. */
export const layerNormAt = (name: string, size: number): Readonly<Record<'gain' | 'bias', ParameterSpec>> => ({
  gain: { name: `${name}.weight`, shape: [size], constant: 1 },
  bias: { name: `${name}.bias`, shape: [size] },
});

import type { DenseWeights } from '@length-adaptive/core';
import type { TensorData } from '../weights/safetensors.js';
import type { Dimensions } from './architecture.js';
import { denseAt } from './dense-specs.js';
import type { SpecTree } from './parameter-specs.js';

const fitDenseName = 'fit_dense';

/** The map from a student's states to its teacher's width, which distillation trains along and checkpoints keep, as TinyBERT's do. */
export const fitDense = ({ hiddenSize, initialDeviation }: Dimensions, teacherSize: number): SpecTree<DenseWeights> =>
  denseAt(fitDenseName, hiddenSize, teacherSize, initialDeviation);

/** Tensors of a checkpoint that are no part of the model, of whatever family, and are kept with it: the map that `fitDense` describes. */
export const companionsOf = (tensors: ReadonlyMap<string, TensorData>): Map<string, TensorData> =>
  new Map([...tensors].filter(([name]) => name.startsWith(`${fitDenseName}.`)));

import type { Random } from '@length-adaptive/core/random';
import * as tf from '@tensorflow/tfjs';
import type { Variable } from '@tensorflow/tfjs';
import type { TensorData } from '../weights/safetensors.js';
import { transpose } from '../weights/transpose.js';
import type { FillOptions } from './fill-specs.js';
import { fillSpecs, initialValues } from './fill-specs.js';
import type { Parameter } from './parameter.js';
import { checkParameters } from './parameter.js';
import type { ParameterSpec, SpecTree } from './parameter-specs.js';
import { partOfTensor } from './tensor-parts.js';

export interface LoadedParameters<T> {
  /** The tree with variables in the place of specifications. */
  readonly weights: T;
  readonly parameters: readonly Parameter[];
  /** Names of the tensors that were not in the file and were made anew. */
  readonly initialised: readonly string[];
}

export interface LoadOptions extends FillOptions {
  /** Source of new weights. */
  readonly random: Random;
}

/**
 * Turns the tensors of a checkpoint into variables, in the shape of the specification tree.
 *
 * @throws ModelError `TENSOR_MISSING`, `SHAPE_MISMATCH`; for a tensor that cannot be read, what the file said of it
 */
export const loadParameters = <T>(
  specs: SpecTree<T>,
  tensors: ReadonlyMap<string, TensorData>,
  { random, ...options }: LoadOptions,
): LoadedParameters<T> => {
  const parameters: Parameter[] = [];
  const variableOf = (spec: ParameterSpec, found: TensorData | undefined): Variable => {
    const values = found?.data ?? initialValues(spec, random, options.fresh);
    const [rows = 1, columns = 1] = spec.shape;
    const variable = tf.tidy(() =>
      tf.variable(
        spec.transposed
          ? tf.tensor(transpose(values, rows, columns), [columns, rows], 'float32')
          : tf.tensor(values, [...spec.shape], 'float32'),
      ),
    );
    parameters.push({ spec, variable });
    return variable;
  };
  try {
    const { weights, missing } = fillSpecs<T, TensorData, Variable>(specs, tensors, variableOf, partOfTensor, options);
    return { weights: weights as T, parameters, initialised: missing };
  } catch (error) {
    for (const { variable } of parameters) variable.dispose();
    throw error;
  }
};

/** Weights that are stored as one, one after the other where all of them are there. */
const fuseParts = (
  tensors: ReadonlyMap<string, TensorData>,
  parameters: readonly Parameter[],
): Map<string, TensorData> => {
  const fused = new Map(tensors);
  for (const { spec } of parameters) {
    if (spec.part?.index !== 0) continue;
    const { of, count } = spec.part;
    const siblings = parameters
      .filter((other) => other.spec.part?.of === of)
      .sort((a, b) => (a.spec.part?.index ?? 0) - (b.spec.part?.index ?? 0));
    if (siblings.length !== count) continue;
    const parts = siblings.map((sibling) => tensors.get(sibling.spec.name) as TensorData);
    const [rows = 1, ...rest] = spec.shape;
    const size = parts.reduce((sum, { data }) => sum + data.length, 0);
    const data = new Float32Array(size);
    parts.forEach((part, i) => data.set(part.data, (i * size) / count));
    for (const sibling of siblings) fused.delete(sibling.spec.name);
    fused.set(of, { shape: [rows * count, ...rest], data, dtype: 'F32' });
  }
  return fused;
};

/**
 * The parameters as tensors of a checkpoint, in file names and file layout.
 *
 * @throws ModelError `DISPOSED`
 */
export const saveParameters = async (parameters: readonly Parameter[]): Promise<Map<string, TensorData>> => {
  checkParameters(parameters);
  const tensors = new Map<string, TensorData>();
  for (const { spec, variable } of parameters) {
    const stored = spec.transposed ? tf.transpose(variable) : variable;
    const data = (await stored.data()) as Float32Array;
    if (stored !== variable) stored.dispose();
    tensors.set(spec.name, { shape: spec.storedAs ?? spec.shape, data, dtype: 'F32' });
  }
  return fuseParts(tensors, parameters);
};

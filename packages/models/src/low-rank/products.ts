import { factorNames, matrixOf } from '../architectures/factor-specs.js';
import { ModelError } from '../errors.js';
import type { TensorData } from '../weights/safetensors.js';
import { matrix, multiply } from './matrices.js';

/** Tensors of a model that is made of factors, for a folder that any tool opens. */
export interface WithProducts {
  /** The matrices that the factors multiply to, as checkpoints have them, [out, in], and what has no factors. */
  readonly tensors: Map<string, TensorData>;
  readonly factors: Map<string, TensorData>;
}

/**
 * Sets the factors among tensors apart and puts their products in their places.
 *
 * @throws ModelError `TENSOR_MISSING` for half a pair
 */
export const withProducts = (all: ReadonlyMap<string, TensorData>): WithProducts => {
  const tensors = new Map<string, TensorData>();
  const factors = new Map<string, TensorData>();
  for (const [name, down] of all) {
    const kernel = matrixOf(name);
    if (kernel === undefined) continue;
    const { up: other } = factorNames(kernel);
    const up = all.get(other);
    if (!up) throw new ModelError('TENSOR_MISSING', `There is a factor "${name}" and no "${other}".`);
    factors.set(name, down).set(other, up);
    const [inputs = 0, rank = 0] = down.shape;
    const [, outputs = 0] = up.shape;
    // [out, in] = (down up)^T, multiplied row by row in double precision
    const product = multiply(matrix(inputs, rank, down.data), matrix(rank, outputs, up.data)).data;
    const data = new Float32Array(product.length);
    for (let i = 0; i < inputs; i++)
      for (let j = 0; j < outputs; j++) data[j * inputs + i] = product[i * outputs + j] as number;
    tensors.set(kernel, { shape: [outputs, inputs], data, dtype: 'F32' });
  }
  for (const [name, tensor] of all) if (!factors.has(name)) tensors.set(name, tensor);
  return { tensors, factors };
};

/** Matrices as 8-bit integers with one scale a row: row `r` holds `weight[r] * scale[r]`. Symmetric, so 0 stays 0. */
import { ModelError } from './errors.js';
import { readOr } from './safetensors.js';
import type { ReadTensorsOptions, TensorData } from './safetensors.js';

/** Integers reach from -127 to 127: the same on both sides of 0. */
const steps = 127;

/** The smallest positive single-precision number. */
const tiniest = 2 ** -149;

/** Name of the tensor that holds the scales of a matrix. */
const scaleNameOf = (name: string): string => `${name}_scale`;

/** Largest magnitude of a row. */
const largestOf = (row: Float32Array | Int32Array, name: string): number => {
  let largest = 0;
  for (const value of row) {
    const magnitude = Math.abs(value);
    if (!(magnitude < Infinity)) {
      throw new ModelError('SAFETENSORS_INVALID', `Tensor "${name}" holds ${value}; 8-bit integers hold finite numbers only. Its training went wrong: take an earlier state, or write F32.`);
    }
    if (magnitude > largest) largest = magnitude;
  }
  return largest;
};

/** One step of a row's integers, as single precision holds it; never so small that the largest value lies beyond the last step. */
const scaleFor = (largest: number): number => {
  if (largest === 0) return 1;
  const scale = Math.max(tiniest, Math.fround(largest / steps));
  return largest > (steps + 0.5) * scale ? scale + tiniest : scale;
};

/** Weights that are stored as integers: matrices, whatever multiplies or looks up by row. Vectors and all else stay as they are. */
const isMatrix = (name: string, { shape, data }: TensorData): boolean => name.endsWith('.weight') && shape.length === 2 && data instanceof Float32Array;

const quantize = (name: string, { shape, data }: TensorData): { readonly weight: TensorData; readonly scale: TensorData } => {
  const [rows = 0, columns = 0] = shape;
  const weight = new Int32Array(data.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const from = row * columns;
    const scale = scaleFor(largestOf(data.subarray(from, from + columns), name));
    scales[row] = scale;
    for (let i = from; i < from + columns; i += 1) weight[i] = Math.max(-steps, Math.min(steps, Math.round((data[i] as number) / scale)));
  }
  return { weight: { shape, data: weight, dtype: 'I8' }, scale: { shape: [rows, 1], data: scales, dtype: 'F32' } };
};

/**
 * The weights of a model with every matrix as 8-bit integers: `NAME.weight` as I8 and beside it `NAME.weight_scale`, F32 [rows, 1].
 * A value moves by at most half a step, and a step is 1/127 of the largest magnitude in its row.
 *
 * @throws ModelError `SAFETENSORS_INVALID` for NaN and infinite values
 */
export const toInt8Weights = (tensors: ReadonlyMap<string, TensorData>): Map<string, TensorData> => {
  const out = new Map<string, TensorData>();
  for (const [name, tensor] of tensors) {
    if (!isMatrix(name, tensor)) out.set(name, tensor);
    else {
      const { weight, scale } = quantize(name, tensor);
      out.set(name, weight).set(scaleNameOf(name), scale);
    }
  }
  return out;
};

const dequantize = (name: string, { shape, data }: TensorData, scale: TensorData): TensorData => {
  const [rows = 1, ...rest] = shape;
  const columns = rest.reduce((product, dimension) => product * dimension, 1);
  const { data: scales } = scale;
  const isOne = scales.length === 1 && scale.shape.length <= 1; // one scale for the whole tensor
  if (!isOne && (scale.shape.length !== 2 || scale.shape[0] !== rows || scale.shape[1] !== 1)) {
    throw new ModelError('SHAPE_MISMATCH', `Tensor "${scaleNameOf(name)}" has shape [${scale.shape.join(', ')}], expected [${rows}, 1]: one scale a row of "${name}". The two belong to different models.`);
  }
  const broken = scales.find((value) => !(value >= 0 && value < Infinity));
  if (broken !== undefined || !(scales instanceof Float32Array)) {
    throw new ModelError('SAFETENSORS_INVALID', `Tensor "${scaleNameOf(name)}" holds ${broken ?? 'integers'}, expected finite floating-point numbers from 0.`);
  }
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row += 1) {
    const step = scales[isOne ? 0 : row] as number;
    const end = (row + 1) * columns;
    for (let i = row * columns; i < end; i += 1) out[i] = (data[i] as number) * step;
  }
  return { shape, data: out, dtype: 'F32' };
};

/**
 * The weights with every matrix of 8-bit integers as single precision, and without the scales. Weights that hold none come back as they are.
 *
 * @throws ModelError `TENSOR_MISSING` for integers without their scale, `SHAPE_MISMATCH`, `SAFETENSORS_INVALID`, `CONFIG_INVALID` for zero points
 */
export const fromInt8Weights = (tensors: ReadonlyMap<string, TensorData>, { onUnread }: ReadTensorsOptions = {}): Map<string, TensorData> => {
  const out = new Map(tensors);
  for (const [name, tensor] of tensors) {
    if (tensor.dtype !== 'I8' || !name.endsWith('.weight')) continue;
    const [scaleName, zeroName] = [scaleNameOf(name), `${name}_zero_point`];
    const scale = tensors.get(scaleName);
    for (const used of [scaleName, zeroName]) out.delete(used);
    const tell =
      onUnread &&
      ((error: ModelError): void => {
        out.delete(name);
        onUnread(name, { dtype: tensor.dtype, error });
      });
    readOr(tell, () => {
      if (!scale) throw new ModelError('TENSOR_MISSING', `Tensor "${name}" is stored as 8-bit integers, and "${scaleName}", which says what they stand for, is not there. Fetch the whole model again.`);
      if (tensors.get(zeroName)?.data.some((value) => value !== 0) === true) {
        throw new ModelError('CONFIG_INVALID', `Tensor "${zeroName}" moves the zero of "${name}"; only symmetric integers are read. Quantise the model symmetrically.`);
      }
      out.set(name, dequantize(name, tensor, scale));
    });
  }
  return out;
};

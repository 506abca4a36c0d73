import { ModelError } from '../../errors.js';
import { bfloat16ToFloat32, float16ToFloat32 } from '../half-float.js';
import type { SafetensorsDtype } from '../safetensors.js';
import type { GraphTensor } from './graph.js';

/** Files beside a model that hold numbers of it, by their names in the graph. */
export type FilesBeside = ReadonlyMap<string, Uint8Array>;

/** Element types by their numbers: how wide they are, and the nearest that a checkpoint has. */
const types: Readonly<Record<number, { readonly width: number; readonly dtype: SafetensorsDtype }>> = {
  1: { width: 4, dtype: 'F32' },
  2: { width: 1, dtype: 'U8' },
  3: { width: 1, dtype: 'I8' },
  5: { width: 2, dtype: 'I16' },
  6: { width: 4, dtype: 'I32' },
  7: { width: 8, dtype: 'I64' },
  9: { width: 1, dtype: 'BOOL' },
  10: { width: 2, dtype: 'F16' },
  11: { width: 8, dtype: 'F64' },
  16: { width: 2, dtype: 'BF16' },
};

const isFloat = (dtype: SafetensorsDtype): boolean => dtype.startsWith('F') || dtype.startsWith('BF');

/** The element type of a constant as a checkpoint calls it; undefined for those that no weights have. */
export const dtypeOf = ({ type }: Pick<GraphTensor, 'type'>): SafetensorsDtype | undefined => types[type]?.dtype;

/** Whether a constant holds weights as they are: floating point. */
export const holdsFloats = (tensor: Pick<GraphTensor, 'type'>): boolean => {
  const dtype = dtypeOf(tensor);
  return dtype !== undefined && isFloat(dtype);
};

/** How many numbers a shape has room for. */
export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, dimension) => product * dimension, 1);

const rawBytes = (tensor: GraphTensor, files: FilesBeside, bytes: number): Uint8Array => {
  const { name, beside, raw } = tensor;
  if (!beside) return raw;
  const { file, offset, length = bytes } = beside;
  return files.get(file)?.subarray(offset, offset + length) ?? refuse(name, `stands in ${file}, which was not read`);
};

const refuse = (name: string, problem: string): never => {
  throw new ModelError('FILE_INVALID', `Tensor "${name}" of the ONNX file ${problem}. Fetch the whole model again.`);
};

/** A copy that begins where numbers of any width may: the slice of a Buffer would be none. */
const aligned = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

const decodeRaw = (bytes: Uint8Array, dtype: SafetensorsDtype): Float32Array | Int32Array => {
  switch (dtype) {
    case 'F32':
      return new Float32Array(aligned(bytes));
    case 'F16':
      return float16ToFloat32(new Uint16Array(aligned(bytes)));
    case 'BF16':
      return bfloat16ToFloat32(new Uint16Array(aligned(bytes)));
    case 'F64':
      return Float32Array.from(new Float64Array(aligned(bytes)));
    case 'I8':
      return Int32Array.from(new Int8Array(aligned(bytes)));
    case 'I16':
      return Int32Array.from(new Int16Array(aligned(bytes)));
    case 'I32':
      return new Int32Array(aligned(bytes));
    case 'I64':
      return Int32Array.from(new BigInt64Array(aligned(bytes)), Number);
    default:
      return Int32Array.from(bytes);
  }
};

const decodeListed = (numbers: readonly number[], dtype: SafetensorsDtype): Float32Array | Int32Array => {
  if (dtype === 'F16') return float16ToFloat32(Uint16Array.from(numbers)); // the bits of half floats stand there as integers
  if (dtype === 'BF16') return bfloat16ToFloat32(Uint16Array.from(numbers));
  return isFloat(dtype) ? Float32Array.from(numbers) : Int32Array.from(numbers);
};

/**
 * The numbers of a constant.
 *
 * @throws ModelError `FILE_INVALID` where the file holds another number of them than its shape says, or they are of a type that is not read
 */
export const numbersOf = (tensor: GraphTensor, files: FilesBeside): Float32Array | Int32Array => {
  const { name, shape, type, numbers } = tensor;
  const known = types[type];
  if (!known) return refuse(name, `holds elements of type ${type}, which no weights have`);
  const size = sizeOf(shape);
  const bytes = rawBytes(tensor, files, size * known.width);
  const isListed = numbers.length > 0 && bytes.length === 0;
  const count = isListed ? numbers.length : bytes.length / known.width;
  if (count !== size) return refuse(name, `holds ${count} numbers and has room for ${size}`);
  return isListed ? decodeListed(numbers, known.dtype) : decodeRaw(bytes, known.dtype);
};

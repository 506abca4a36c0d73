import { ModelError } from '../../errors.js';
import { bfloat16ToFloat32, float16ToFloat32 } from '../half-float.js';
import { bytesPerElement, decodeElements } from '../safetensors.js';
import type { SafetensorsDtype } from '../safetensors.js';
import type { GraphTensor } from './graph.js';

/** Files beside a model that hold numbers of it, by their names in the graph. */
export type FilesBeside = ReadonlyMap<string, Uint8Array>;

/** Element types by their numbers, as a checkpoint calls them. */
const types: Readonly<Record<number, SafetensorsDtype>> = {
  1: 'F32',
  2: 'U8',
  3: 'I8',
  5: 'I16',
  6: 'I32',
  7: 'I64',
  9: 'BOOL',
  10: 'F16',
  11: 'F64',
  16: 'BF16',
};

/** Element types of 4 bits, which no checkpoint has, and how many numbers there are from 0 on: 16 without a sign, 8 with one. */
const fourBits: Readonly<Record<number, number>> = { 21: 16, 22: 8 };

const isFloat = (dtype: SafetensorsDtype): boolean => dtype.startsWith('F') || dtype.startsWith('BF');

/** The element type of a constant as a checkpoint calls it; undefined for those that no weights have. */
export const dtypeOf = ({ type }: Pick<GraphTensor, 'type'>): SafetensorsDtype | undefined => types[type];

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

const decodeListed = (numbers: readonly number[], dtype: SafetensorsDtype): Float32Array | Int32Array => {
  if (dtype === 'F16') return float16ToFloat32(Uint16Array.from(numbers)); // the bits of half floats stand there as integers
  if (dtype === 'BF16') return bfloat16ToFloat32(Uint16Array.from(numbers));
  return isFloat(dtype) ? Float32Array.from(numbers) : Int32Array.from(numbers);
};

/** Numbers of 4 bits, two a byte, the first in its low half. */
const nibblesOf = (tensor: GraphTensor, files: FilesBeside, above: number): Int32Array => {
  const { name, shape, numbers } = tensor;
  const size = sizeOf(shape);
  const stored = rawBytes(tensor, files, Math.ceil(size / 2));
  const bytes = stored.length === 0 ? numbers : stored; // listed ones are bytes of two, too
  if (bytes.length !== Math.ceil(size / 2))
    return refuse(name, `holds ${2 * bytes.length} numbers and has room for ${size}`);
  return Int32Array.from({ length: size }, (_, i) => {
    const value = ((bytes[i >> 1] as number) >> (4 * (i & 1))) & 15;
    return value < above ? value : value - 16;
  });
};

/**
 * The numbers of a constant.
 *
 * @throws ModelError `FILE_INVALID` where the file holds another number of them than its shape says, or they are of a type that is not read
 */
export const numbersOf = (tensor: GraphTensor, files: FilesBeside): Float32Array | Int32Array => {
  const { name, shape, type, numbers } = tensor;
  const above = fourBits[type];
  if (above !== undefined) return nibblesOf(tensor, files, above);
  const dtype = types[type];
  if (!dtype) return refuse(name, `holds elements of type ${type}, which no weights have`);
  const size = sizeOf(shape);
  const width = bytesPerElement[dtype];
  const bytes = rawBytes(tensor, files, size * width);
  const isListed = numbers.length > 0 && bytes.length === 0;
  const count = isListed ? numbers.length : bytes.length / width;
  if (count !== size) return refuse(name, `holds ${count} numbers and has room for ${size}`);
  if (isListed) return decodeListed(numbers, dtype);
  return decodeElements(new Uint8Array(bytes), dtype, (problem) => refuse(name, problem)); // of a copy: the file may be let go
};

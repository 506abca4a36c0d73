import type { ModelError } from '../errors.js';
import { decodeElements, readOr } from '../safetensors.js';
import type { ReadTensorsOptions, SafetensorsDtype, TensorData } from '../safetensors.js';
import { invalidFile, quoted } from './invalid-file.js';
import { unknownType } from './torch-objects.js';
import type { StoredTensor } from './torch-objects.js';

type Values = TensorData['data'];

const product = (numbers: readonly number[]): number => (numbers.includes(0) ? 0 : numbers.reduce((size, n) => size * n, 1));

const describe = (name: string, { shape, strides, offset }: StoredTensor): string =>
  `tensor ${quoted(name)} of shape [${shape.slice(0, 8).join(', ')}] with strides [${strides.slice(0, 8).join(', ')}] from element ${offset}`;

/** The dimensions that matter for where elements are: those longer than one. */
const longDimensions = ({ shape, strides }: StoredTensor): readonly { length: number; stride: number }[] =>
  shape.flatMap((length, d) => (length === 1 ? [] : [{ length, stride: strides[d] ?? 0 }]));

const isContiguous = (tensor: StoredTensor): boolean => {
  let expected = 1;
  return [...longDimensions(tensor)].reverse().every(({ length, stride }) => {
    const fits = stride === expected;
    expected *= length;
    return fits;
  });
};

/** Elements between the first and the last a tensor looks at, with both. */
const extentOf = (tensor: StoredTensor): number =>
  longDimensions(tensor).reduce((last, { length, stride }) => last + (length - 1) * stride, 0) + 1;

/** The elements in the order of the tensor: strided [extent] -> dense [size]. */
const gather = (source: Values, tensor: StoredTensor, size: number): Values => {
  const out = source instanceof Float32Array ? new Float32Array(size) : new Int32Array(size);
  const dimensions = longDimensions(tensor);
  let next = 0;
  const walk = (depth: number, at: number): void => {
    const dimension = dimensions[depth];
    if (dimension === undefined) {
      out[next] = source[at] as number;
      next += 1;
      return;
    }
    for (let i = 0; i < dimension.length; i += 1) walk(depth + 1, at + i * dimension.stride);
  };
  walk(0, 0);
  return out;
};

/** Tensors that look at the same elements in the same order have the same identity, and share their numbers. */
const identity = (tensor: StoredTensor, size: number): string => {
  const { storage, type, offset, shape, strides } = tensor;
  const layout = isContiguous(tensor) ? [size] : [shape.join('x'), strides.join('x')];
  return [type.dtype, storage.start, storage.byteLength, offset, ...layout, storage.key].join(' ');
};

/** The bytes a tensor looks at: [offset, offset + extent) of its storage. */
const bytesOf = (name: string, tensor: StoredTensor, whole: Uint8Array, extent: number): Uint8Array => {
  const { storage, type, offset } = tensor;
  if (storage.start + storage.byteLength > whole.byteLength) {
    throw invalidFile(
      `the storage of tensor ${quoted(name)} claims ${storage.byteLength} bytes from byte ${storage.start}, and ${whole.byteLength} are there. Fetch it again.`,
    );
  }
  const { width } = type;
  const count = Math.floor(storage.byteLength / width);
  if (offset + extent > count) throw invalidFile(`${describe(name, tensor)} reaches element ${offset + extent - 1}, and its storage holds ${count}.`);
  const start = storage.start + offset * width;
  return whole.subarray(start, start + extent * width);
};

/**
 * Tensors with their numbers, dense and in row-major order. Tied tensors share one array; F32 and I32 are views into the storages
 * where they are aligned and dense.
 *
 * @param storages bytes by storage key
 * @throws ModelError `PYTORCH_INVALID` when a tensor looks beyond its storage, or repeats a few elements absurdly often; for numbers of a type that is not read
 */
export const readStoredTensors = (
  tensors: ReadonlyMap<string, StoredTensor>,
  storages: ReadonlyMap<string, Uint8Array>,
  { onUnread }: ReadTensorsOptions = {},
): Map<string, TensorData> => {
  // A stride of 0 repeats an element for nothing: what all tensors take is bound by what the file holds.
  let left = [...storages.values()].reduce((sum, { byteLength }) => sum + 2 * byteLength, 1 << 20);
  const made = new Map<string, Values>();

  const read = (name: string, tensor: StoredTensor, dtype: SafetensorsDtype): Values => {
    const size = product(tensor.shape);
    if (size === 0) return decodeElements(new Uint8Array(0), dtype, invalidFile);
    const known = identity(tensor, size);
    const shared = made.get(known);
    if (shared) return shared;
    const extent = extentOf(tensor);
    const whole = storages.get(tensor.storage.key);
    if (whole === undefined) throw invalidFile(`the storage ${quoted(tensor.storage.key)} of tensor ${quoted(name)} is missing.`);
    const bytes = bytesOf(name, tensor, whole, extent);
    left -= Math.max(size, extent);
    if (left < 0) throw invalidFile(`${describe(name, tensor)} repeats its elements until they take far more memory than the file.`);
    const refuse = (problem: string): ModelError => invalidFile(`tensor ${quoted(name)} ${problem}`);
    const dense = decodeElements(bytes, dtype, refuse);
    const values = isContiguous(tensor) ? dense : gather(dense, tensor, size);
    made.set(known, values);
    return values;
  };

  const all = new Map<string, TensorData>();
  for (const [name, tensor] of tensors) {
    const { dtype, name: typeName } = tensor.type;
    const tell = onUnread && ((error: ModelError) => onUnread(name, { dtype: dtype ?? typeName, error }));
    readOr(tell, () => {
      if (dtype === undefined) throw unknownType(`tensor ${quoted(name)} is`, typeName);
      all.set(name, { shape: tensor.shape, data: read(name, tensor, dtype), dtype });
    });
  }
  return all;
};

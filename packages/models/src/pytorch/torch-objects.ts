import { bytesPerElement } from '../safetensors.js';
import type { SafetensorsDtype } from '../safetensors.js';
import type { ModelError } from '../errors.js';
import { invalidFile, quoted } from './invalid-file.js';
import type { PickleOptions } from './pickle.js';

/** A type of storage, or the element type of a tensor. */
interface ElementType {
  readonly kind: 'dtype';
  /** As PyTorch calls it: `torch.FloatStorage`, `torch.float32`. */
  readonly name: string;
  /** What it is read as; undefined for one that is not read. */
  readonly dtype: SafetensorsDtype | undefined;
  /** Bytes of an element. */
  readonly width: number;
}

/** A run of bytes that tensors look into. */
export interface Storage {
  readonly kind: 'storage';
  /** Name of its bytes in the file. */
  readonly key: string;
  readonly type: ElementType;
  /** First byte of those, and how many. */
  readonly start: number;
  readonly byteLength: number;
}

/** A tensor as a pickle describes it: which elements of a storage, in what order. */
export interface StoredTensor {
  readonly kind: 'tensor';
  readonly storage: Storage;
  readonly type: ElementType;
  /** First element, in elements from the start of the storage. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** Elements between neighbours, for each dimension. */
  readonly strides: readonly number[];
}


const storageTypes: Readonly<Record<string, SafetensorsDtype>> = {
  FloatStorage: 'F32',
  DoubleStorage: 'F64',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
  UntypedStorage: 'U8',
};

const elementTypes: Readonly<Record<string, SafetensorsDtype>> = {
  float32: 'F32',
  float64: 'F64',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint8: 'U8',
  bool: 'BOOL',
};

/** Storages and element types that tensors may have and that are not read, with the bytes of an element. */
const otherTypes: Readonly<Record<string, number>> = {
  ComplexHalfStorage: 4,
  ComplexFloatStorage: 8,
  ComplexDoubleStorage: 16,
  QInt8Storage: 1,
  QUInt8Storage: 1,
  QInt32Storage: 4,
  QUInt4x2Storage: 1,
  QUInt2x4Storage: 1,
  complex32: 4,
  complex64: 8,
  complex128: 16,
  float8_e4m3fn: 1,
  float8_e4m3fnuz: 1,
  float8_e5m2: 1,
  float8_e5m2fnuz: 1,
  float8_e8m0fnu: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
};

/** As many dimensions as PyTorch itself works with. */
const maxRank = 64;
const maxKeyLength = 256;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isCounts = (value: unknown): value is readonly number[] => Array.isArray(value) && value.length <= maxRank && value.every(isCount);
const isKind = (value: unknown, kind: string): boolean => typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
const isStorage = (value: unknown): value is Storage => isKind(value, 'storage');
const isElementType = (value: unknown): value is ElementType => isKind(value, 'dtype');

/** Whether a value of a pickle is a tensor. */
export const isStoredTensor = (value: unknown): value is StoredTensor => isKind(value, 'tensor');

/** `_rebuild_tensor_v2(storage, offset, size, stride, ...)`; `_v3` has the element type behind those. Lists are copied: a pickle may change them later. */
const rebuildTensor = ([storage, offset, shape, strides, , , type]: readonly unknown[]): StoredTensor => {
  if (!isStorage(storage)) throw invalidFile('it makes a tensor of something that is no storage.');
  if (!isCount(offset) || !isCounts(shape) || !isCounts(strides) || shape.length !== strides.length) {
    throw invalidFile(`it makes a tensor without an offset, a shape and strides in whole numbers, at most ${maxRank} of each.`);
  }
  return { kind: 'tensor', storage, type: isElementType(type) ? type : storage.type, offset, shape: [...shape], strides: [...strides] };
};

const rebuildParameter = ([tensor]: readonly unknown[]): StoredTensor => {
  if (!isStoredTensor(tensor)) throw invalidFile('it makes a parameter of something that is no tensor.');
  return tensor;
};

/** `OrderedDict()`, or `OrderedDict([[key, value], ...])` of Python 2. The list is used up: a file cannot have it copied over and over. */
const orderedDict = ([pairs = []]: readonly unknown[]): Map<unknown, unknown> => {
  if (!Array.isArray(pairs) || !pairs.every((pair): pair is [unknown, unknown] => Array.isArray(pair) && pair.length === 2)) {
    throw invalidFile('it makes a dictionary of something other than pairs.');
  }
  return new Map(pairs.splice(0));
};

const typeEntries = (module: string, types: Readonly<Record<string, SafetensorsDtype>>): [string, ElementType][] =>
  Object.entries(types).map(([name, dtype]) => [`${module}.${name}`, { kind: 'dtype', name: `${module}.${name}`, dtype, width: bytesPerElement[dtype] }]);

const otherEntries = Object.entries(otherTypes).map(([name, width]): [string, ElementType] => [`torch.${name}`, { kind: 'dtype', name: `torch.${name}`, dtype: undefined, width }]);

/** Everything a state dict of tensors names, and all that is let in. */
const globals: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['collections.OrderedDict', orderedDict],
  ['torch._utils._rebuild_tensor', rebuildTensor],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_tensor_v3', rebuildTensor],
  ['torch._utils._rebuild_parameter', rebuildParameter],
  ['torch._utils._rebuild_parameter_with_state', rebuildParameter],
  ...typeEntries('torch', storageTypes),
  ...typeEntries('torch.storage', { UntypedStorage: 'U8' }),
  ...typeEntries('torch', elementTypes),
  ...otherEntries,
]);

/** The error for numbers of a type that is not read. */
export const unknownType = (what: string, name: string): ModelError =>
  invalidFile(`${what} of the type ${quoted(name)}; read are ${Object.keys(elementTypes).join(', ')}. Convert them (model.float()) and save the weights again.`);

/** Element types and typed storages of PyTorch, those that came after this was written among them. */
const elementTypeName = /^torch\.(?:storage\.|cuda\.)?(?:\w+Storage|(?:q?u?int|b?float|complex|bits)\d+\w*)$/;

const refuseElementType = (name: string): ModelError | undefined =>
  elementTypeName.test(name) ? unknownType('it holds tensors', name) : undefined;

/** `('storage', type, key, device, elements)`, in the legacy format with `(key, offset, elements)` or None of a view behind those. */
const storageOf = (id: unknown): Storage => {
  if (!Array.isArray(id) || id[0] !== 'storage') throw invalidFile('it refers to something outside its pickle that is no storage.');
  const [, type, key, , count, view] = id as unknown[];
  if (!isElementType(type) || typeof key !== 'string' || key.length > maxKeyLength || !isCount(count)) {
    throw invalidFile('it has a storage without a type, key and size.');
  }
  const { width } = type;
  if (view === undefined || view === null) return { kind: 'storage', key, type, start: 0, byteLength: count * width };
  const [, offset, elements] = Array.isArray(view) ? (view as unknown[]) : [];
  if (!isCount(offset) || !isCount(elements)) throw invalidFile(`its storage "${key}" is a view without an offset and size.`);
  return { kind: 'storage', key, type, start: offset * width, byteLength: elements * width };
};

/**
 * How to read the pickle of a PyTorch file: which names are let in, and what they make.
 *
 * @param onStorage told of each storage the pickle refers to
 */
export const torchObjects = (onStorage: (storage: Storage) => void = () => undefined): PickleOptions => ({
  globals,
  refuse: refuseElementType,
  persistent: (id) => {
    const storage = storageOf(id);
    onStorage(storage);
    return storage;
  },
});

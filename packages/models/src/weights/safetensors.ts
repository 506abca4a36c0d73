import { ModelError, messageOf } from '../errors.js';
import { checkNotPointer } from '../sources/git-lfs.js';
import { bfloat16ToFloat32, float16ToFloat32 } from './half-float.js';
import { isRecord } from '../sources/json-record.js';

/** The element types this package reads. */
export type SafetensorsDtype = 'F64' | 'F32' | 'F16' | 'BF16' | 'I64' | 'I32' | 'I16' | 'I8' | 'U8' | 'BOOL';

/** A tensor on the host: floating point as `Float32Array`, integers and booleans as `Int32Array`. */
export interface TensorData {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
  /** Element type in the file it came from. */
  readonly dtype: SafetensorsDtype;
}

/** What a safetensors file holds. */
export interface Safetensors {
  readonly tensors: Map<string, TensorData>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A tensor that is there and cannot be read: nothing is wrong while nobody needs it. */
export interface UnreadTensor {
  /** Element type in the file it came from. */
  readonly dtype: string;
  /** Why: what whoever needs the tensor throws. */
  readonly error: ModelError;
}

/** Names and types of tensors that are not read, for a message. */
export const describeUnread = (unread: ReadonlyMap<string, UnreadTensor>): string => {
  const shown = [...unread].slice(0, 5).map(([name, { dtype }]) => `tensor ${JSON.stringify(name)} (${dtype})`);
  return `${shown.join(', ')}${unread.size > shown.length ? ` and ${unread.size - shown.length} others` : ''}`;
};

/** How to read a file of tensors. */
export interface ReadTensorsOptions {
  /** Told of each tensor that cannot be read (an element type that is not known, an integer too large), which is then left out. Default: it is an error. */
  readonly onUnread?: ((name: string, tensor: UnreadTensor) => void) | undefined;
}

/** One tensor of a header; `start` and `end` count from where the data begin. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

/** Bytes one element takes in a file. */
export const bytesPerElement: Readonly<Record<SafetensorsDtype, number>> = {
  F64: 8,
  I64: 8,
  F32: 4,
  I32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** The same of element types that are not read, as far as they are known. */
const otherBytes: Readonly<Record<string, number>> = {
  U16: 2,
  U32: 4,
  U64: 8,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E8M0: 1,
  C64: 8,
};

/** The longest header any reader of the format accepts. */
const maxHeaderBytes = 100_000_000;

const invalid = (problem: string, cause?: unknown): ModelError =>
  new ModelError('SAFETENSORS_INVALID', `Not a valid safetensors file: ${problem}`, { cause });

const isDtype = (value: string): value is SafetensorsDtype => Object.hasOwn(bytesPerElement, value);

/** Bytes of an element, undefined where nobody knows. */
const widthOf = (dtype: string): number | undefined =>
  isDtype(dtype) ? bytesPerElement[dtype] : Object.hasOwn(otherBytes, dtype) ? otherBytes[dtype] : undefined;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** What the beginning of a safetensors file says of the rest. */
export interface SafetensorsHeader {
  readonly entries: readonly SafetensorsEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Where in the file the data begin. */
  readonly dataStart: number;
}

/** Bytes of the number that a file begins with. */
export const headerLengthBytes = 8;

/**
 * Where the header of a safetensors file ends.
 *
 * @param start the first bytes of the file, at least `headerLengthBytes` where it has as many
 * @param size of the file, in bytes
 * @throws ModelError `SAFETENSORS_INVALID`
 */
export const headerEnd = (start: Uint8Array, size: number): number => {
  if (size < headerLengthBytes)
    throw invalid(`it has ${size} bytes, and the header length alone takes 8. Fetch it again.`);
  const length = Number(new DataView(start.buffer, start.byteOffset, headerLengthBytes).getBigUint64(0, true));
  if (length > maxHeaderBytes) {
    throw invalid(
      `its header claims ${length} bytes, and at most ${maxHeaderBytes} are allowed. Is this another kind of file?`,
    );
  }
  if (headerLengthBytes + length > size) {
    throw invalid(
      `its header claims ${length} bytes, and only ${size - headerLengthBytes} follow. The file is cut off: fetch it again.`,
    );
  }
  return headerLengthBytes + length;
};

const parseHeader = (bytes: Uint8Array): Readonly<Record<string, unknown>> => {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw invalid(`its header is not JSON (${messageOf(error)}).`, error);
  }
  if (!isRecord(header)) throw invalid('its header is not a JSON object.');
  return header;
};

/**
 * Reads and checks the header of a safetensors file.
 *
 * @param start the first bytes of the file, as far as `headerEnd` says or further
 * @param size of the file, in bytes
 * @throws ModelError `SAFETENSORS_INVALID`
 */
export const readHeader = (start: Uint8Array, size: number): SafetensorsHeader => {
  const dataStart = headerEnd(start, size);
  const { __metadata__: metadata = {}, ...rest } = parseHeader(start.subarray(headerLengthBytes, dataStart));
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw invalid('its __metadata__ is not an object of strings.');
  }
  const entries = Object.entries(rest).map(([name, value]) => readEntry(name, value));
  checkLayout(entries, size - dataStart);
  return { entries, metadata: metadata as Readonly<Record<string, string>>, dataStart };
};

const readEntry = (name: string, value: unknown): SafetensorsEntry => {
  if (!isRecord(value)) throw invalid(`the header entry of tensor "${name}" is not an object.`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string')
    throw invalid(`tensor "${name}" has element type ${JSON.stringify(dtype)}, expected a name such as F32.`);
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    throw invalid(`tensor "${name}" has shape ${JSON.stringify(shape)}, expected whole numbers from 0.`);
  }
  const [start, end, ...more] = Array.isArray(offsets) ? (offsets as unknown[]) : [];
  if (!isCount(start) || !isCount(end) || more.length > 0 || end < start) {
    throw invalid(`tensor "${name}" has data_offsets ${JSON.stringify(offsets)}, expected [begin, end].`);
  }
  const width = widthOf(dtype);
  const expected = shape.reduce<number>((size, dimension) => size * dimension, width ?? 1);
  if (width !== undefined && expected !== end - start) {
    throw invalid(
      `tensor "${name}" of shape [${shape.join(', ')}] in ${dtype} takes ${expected} bytes, its offsets give ${end - start}.`,
    );
  }
  return { name, dtype, shape, start, end };
};

/** Tensors must fill the data part exactly: no overlap, no hole, nothing left over. */
const checkLayout = (entries: readonly SafetensorsEntry[], dataBytes: number): void => {
  let position = 0;
  for (const { name, start, end } of [...entries].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (end > dataBytes) {
      throw invalid(
        `tensor "${name}" ends at byte ${end} of the data, and only ${dataBytes} are there. The file is cut off: fetch it again.`,
      );
    }
    if (start < position) throw invalid(`tensor "${name}" overlaps another one at byte ${start} of the data.`);
    if (start > position)
      throw invalid(`bytes ${position} to ${start} of the data, before tensor "${name}", belong to no tensor.`);
    position = end;
  }
  if (position !== dataBytes) throw invalid(`the last ${dataBytes - position} bytes of the data belong to no tensor.`);
};

/** The bytes as `count` elements of a wider array: a view where they are aligned, a copy where they are not. */
const aligned = (bytes: Uint8Array, width: number): { buffer: ArrayBufferLike; offset: number } =>
  bytes.byteOffset % width === 0
    ? { buffer: bytes.buffer, offset: bytes.byteOffset }
    : { buffer: new Uint8Array(bytes).buffer, offset: 0 };

const int64ToInt32 = (values: BigInt64Array, refuse: (problem: string) => ModelError): Int32Array =>
  Int32Array.from({ length: values.length }, (_, i) => {
    const value = values[i] as bigint;
    if (value !== BigInt.asIntN(32, value)) {
      throw refuse(`holds the 64-bit integer ${value}, which does not fit the 32 bits this package works in.`);
    }
    return Number(value);
  });

/** The error for a tensor that "holds ...". */
export const refuseOf =
  (name: string) =>
  (problem: string): ModelError =>
    invalid(`tensor "${name}" ${problem}`);

/** @throws ModelError `SAFETENSORS_INVALID` for an element type that is not read */
export const knownDtype = (name: string, dtype: string): SafetensorsDtype => {
  if (isDtype(dtype)) return dtype;
  throw refuseOf(name)(
    `has element type ${JSON.stringify(dtype)}; this reader knows ${Object.keys(bytesPerElement).join(', ')}.`,
  );
};

/** Reads one tensor. What it throws goes to whoever wants to be told, or on. */
export const readOr = (tell: ((error: ModelError) => void) | undefined, read: () => void): void => {
  try {
    read();
  } catch (error) {
    if (!tell || !(error instanceof ModelError)) throw error;
    tell(error);
  }
};

/**
 * Little-endian elements as numbers: a view into `bytes` for F32 and I32 where they are aligned, a copy for all others.
 * F16, BF16 and F64 are converted to single precision; I64 is narrowed and checked.
 *
 * @param bytes a whole number of elements
 * @param refuse makes the error for a tensor that "holds ..."
 */
export const decodeElements = (
  bytes: Uint8Array,
  dtype: SafetensorsDtype,
  refuse: (problem: string) => ModelError,
): Float32Array | Int32Array => {
  const width = bytesPerElement[dtype];
  const { buffer, offset } = aligned(bytes, width);
  const count = bytes.byteLength / width;
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer, offset, count);
    case 'F64':
      return Float32Array.from(new Float64Array(buffer, offset, count));
    case 'F16':
      return float16ToFloat32(new Uint16Array(buffer, offset, count));
    case 'BF16':
      return bfloat16ToFloat32(new Uint16Array(buffer, offset, count));
    case 'I32':
      return new Int32Array(buffer, offset, count);
    case 'I64':
      return int64ToInt32(new BigInt64Array(buffer, offset, count), refuse);
    case 'I16':
      return new Int32Array(new Int16Array(buffer, offset, count));
    case 'I8':
      return new Int32Array(new Int8Array(buffer, offset, count));
    case 'U8':
    case 'BOOL':
      return Int32Array.from(bytes);
  }
};

/**
 * Reads a safetensors file.
 *
 * F32 and I32 tensors are views into `bytes` where they are aligned (no copy); F16, BF16 and F64 are converted to single
 * precision; I64 is narrowed and checked.
 *
 * @throws ModelError `SAFETENSORS_INVALID` for anything the format forbids, naming the tensor; `FILE_INVALID` for a pointer of Git LFS
 * @example
 * const { tensors } = readSafetensors(await readFile('model.safetensors'));
 * tensors.get('classifier.weight')?.shape; // [2, 768]
 */
export const readSafetensors = (bytes: Uint8Array, { onUnread }: ReadTensorsOptions = {}): Safetensors => {
  checkNotPointer(bytes, 'The safetensors file');
  const { entries, metadata, dataStart } = readHeader(bytes, bytes.byteLength);
  const tensors = new Map<string, TensorData>();
  for (const { name, dtype, shape, start, end } of entries) {
    const tell = onUnread && ((error: ModelError) => onUnread(name, { dtype, error }));
    readOr(tell, () => {
      const known = knownDtype(name, dtype);
      const data = decodeElements(bytes.subarray(dataStart + start, dataStart + end), known, refuseOf(name));
      tensors.set(name, { shape, data, dtype: known });
    });
  }
  return { tensors, metadata };
};

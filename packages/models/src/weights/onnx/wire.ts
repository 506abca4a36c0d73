/** Protobuf's wire format, read without a schema: whoever reads a message knows the numbers of its fields. */
import { ModelError } from '../../errors.js';

/** A field of a message: a number (bits of 4 or 8 bytes as they stand), or the bytes of a text, a message or a packed list. */
export interface WireField {
  readonly field: number;
  readonly value: bigint | Uint8Array;
}

const invalid = (problem: string): ModelError =>
  new ModelError('FILE_INVALID', `The model is not an ONNX file: ${problem}.`);

/** A number of base 128 and where it ends. */
const varint = (bytes: Uint8Array, at: number): readonly [value: bigint, next: number] => {
  let low = 0;
  for (let i = 0; i < 4; i += 1) {
    const byte = bytes[at + i] ?? 0x80;
    low += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return [BigInt(low), at + i + 1];
  }
  let value = BigInt(low);
  for (let i = 4; i < 10; i += 1) {
    const byte = bytes[at + i];
    if (byte === undefined) break;
    value += BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return [value, at + i + 1];
  }
  throw invalid('it ends within a number');
};

/**
 * The fields of a message in their order. Bytes are views, nothing is copied.
 *
 * @throws ModelError `FILE_INVALID`
 */
export function* wireFields(bytes: Uint8Array): Generator<WireField> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at < bytes.length) {
    const [tag, start] = varint(bytes, at);
    const [field, kind] = [Number(tag >> 3n), Number(tag & 7n)];
    const [number, begin] = kind === 0 || kind === 2 ? varint(bytes, start) : [0n, start];
    const size = [0, 8, Number(number), undefined, undefined, 4][kind];
    if (field === 0 || size === undefined) throw invalid('its fields have no form that is known');
    const end = begin + size;
    if (end > bytes.length) throw invalid('it is cut off; fetch it again');
    if (kind === 0) yield { field, value: number };
    else if (kind === 2) yield { field, value: bytes.subarray(begin, end) };
    else yield { field, value: kind === 5 ? BigInt(view.getUint32(begin, true)) : view.getBigUint64(begin, true) };
    at = end;
  }
}

const text = /* @__PURE__ */ new TextDecoder();

/** A field as bytes; none where it is a number. */
export const bytesOf = ({ value }: WireField): Uint8Array => (typeof value === 'bigint' ? new Uint8Array(0) : value);

/** A field as text. */
export const textOf = (field: WireField): string => text.decode(bytesOf(field));

/** A field as a whole number with a sign. */
export const integerOf = ({ value }: WireField): number =>
  typeof value === 'bigint' ? Number(BigInt.asIntN(64, value)) : 0;

/** A field of 4 bytes as the number in single precision that they are. */
export const floatOf = ({ value }: WireField): number =>
  new Float32Array(Uint32Array.of(typeof value === 'bigint' ? Number(BigInt.asUintN(32, value)) : 0).buffer)[0] ?? 0;

/** Whole numbers of a repeated field: one, or a packed list. */
export const integersOf = (field: WireField): number[] => {
  const { value } = field;
  if (typeof value === 'bigint') return [integerOf(field)];
  const numbers: number[] = [];
  for (let at = 0; at < value.length;) {
    const [number, next] = varint(value, at);
    numbers.push(Number(BigInt.asIntN(64, number)));
    at = next;
  }
  return numbers;
};

/** Numbers of a repeated field of 4 or 8 bytes each, single or double precision: one, or a packed list. */
export const floatsOf = (field: WireField, width: 4 | 8): number[] => {
  const { value } = field;
  if (typeof value === 'bigint')
    return width === 4 ? [floatOf(field)] : [new Float64Array(BigUint64Array.of(value).buffer)[0] ?? 0];
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  return Array.from({ length: Math.floor(value.length / width) }, (_, i) =>
    width === 4 ? view.getFloat32(4 * i, true) : view.getFloat64(8 * i, true),
  );
};

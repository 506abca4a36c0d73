import { invalidFile, quoted } from './invalid-file.js';

/** The bytes of a pickle, and how far they are read. */
export interface PickleReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
}

/** The longest line of the text opcodes. */
const maxLine = 65_536;

/** Moves on over some bytes, and tells where they begin. */
export const take = (reader: PickleReader, count: number): number => {
  const { at, bytes } = reader;
  if (count > bytes.byteLength - at) {
    throw invalidFile(
      `its pickle wants ${count} bytes at byte ${at}, and only ${bytes.byteLength - at} follow. The file is cut off: fetch it again.`,
    );
  }
  reader.at = at + count;
  return at;
};

export const uint8 = (reader: PickleReader): number => reader.view.getUint8(take(reader, 1));
export const uint16 = (reader: PickleReader): number => reader.view.getUint16(take(reader, 2), true);
export const int32 = (reader: PickleReader): number => reader.view.getInt32(take(reader, 4), true);
export const uint32 = (reader: PickleReader): number => reader.view.getUint32(take(reader, 4), true);
export const uint64 = (reader: PickleReader): number => Number(reader.view.getBigUint64(take(reader, 8), true));

export const slice = (reader: PickleReader, count: number): Uint8Array => {
  const start = take(reader, count);
  return reader.bytes.subarray(start, start + count);
};

/** UTF-8 of so many bytes. */
export const text = (reader: PickleReader, count: number): string => {
  const bytes = slice(reader, count);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw invalidFile(`its pickle holds text that is not UTF-8, before byte ${reader.at}.`, error);
  }
};

/** A line of the text opcodes, one character a byte. */
export const line = (reader: PickleReader): string => {
  const { at, bytes } = reader;
  const length = bytes.subarray(at, at + maxLine).indexOf(0x0a);
  if (length < 0) throw invalidFile(`its pickle has no end of line within ${maxLine} bytes from byte ${at}.`);
  return Array.from(slice(reader, length + 1).subarray(0, -1), (byte) => String.fromCharCode(byte)).join('');
};

const asNumber = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

/** LONG: digits, with an L or without. */
export const integerLine = (reader: PickleReader): number | bigint => {
  const digits = line(reader);
  if (!/^[+-]?\d{1,400}L?$/.test(digits)) throw invalidFile(`its pickle holds ${quoted(digits)} for a whole number.`);
  return asNumber(BigInt(digits.replace(/^\+|L$/g, '')));
};

/** INT: `01` and `00` are the booleans of protocol 1. */
export const intLine = (reader: PickleReader): number | bigint | boolean => {
  const start = reader.at;
  const digits = line(reader);
  if (digits === '01' || digits === '00') return digits === '01';
  reader.at = start;
  return integerLine(reader);
};

/** FLOAT: digits, or the names of what has none. */
export const floatLine = (reader: PickleReader): number => {
  const digits = line(reader);
  const special = new Map([
    ['inf', Infinity],
    ['-inf', -Infinity],
    ['nan', Number.NaN],
  ]).get(digits);
  if (special !== undefined) return special;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(digits))
    throw invalidFile(`its pickle holds ${quoted(digits)} for a number.`);
  return Number(digits);
};

/** Little-endian two's complement. */
export const long = (reader: PickleReader, count: number): number | bigint => {
  if (count > 255) throw invalidFile(`its pickle holds a whole number of ${count} bytes, and at most 255 are read.`);
  const value = slice(reader, count).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return asNumber(BigInt.asIntN(8 * count, value));
};

const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** STRING: a Python 2 string as its `repr`. */
export const stringLine = (reader: PickleReader): string => {
  const literal = line(reader);
  const inside = /^(['"])(.*)\1$/s.exec(literal)?.[2];
  if (inside === undefined) throw invalidFile(`its pickle holds ${quoted(literal)} for a quoted string.`);
  return inside.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/gs, (_, hex: string | undefined, letter: string) =>
    hex === undefined ? (escapes.get(letter) ?? letter) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
};

/** UNICODE: text where `\u` and `\U` are the only escapes. */
export const unicodeLine = (reader: PickleReader): string =>
  line(reader).replace(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/g, (whole, short?: string, wide?: string) => {
    const code = Number.parseInt(short ?? wide ?? '', 16);
    if (code > 0x10ffff) throw invalidFile(`its pickle holds ${whole}, which is no character.`);
    return String.fromCodePoint(code);
  });

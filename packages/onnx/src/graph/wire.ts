/** Protobuf's wire format, written: whoever writes a message knows the numbers of its fields. A message is the bytes of its fields in a row. */

/** A number of base 128, its least digits first; one below 0 as the 64 bits that it has. */
const varint = (value: number | bigint): number[] => {
  if (value < 0) return varint(BigInt.asUintN(64, BigInt(value)));
  const bytes: number[] = [];
  let left = value;
  while (left > 127) {
    bytes.push(Number(BigInt.asUintN(7, BigInt(left))) | 128);
    left = typeof left === 'bigint' ? left >> 7n : Math.floor(left / 128);
  }
  return [...bytes, Number(left)];
};

/** The bytes of parts in a row. */
export const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};

/** The beginning of a field whose content has its length before it. */
export const fieldStart = (field: number, length: number): Uint8Array =>
  Uint8Array.from([...varint((field << 3) | 2), ...varint(length)]);

/** A field of bytes, a message or a packed list. */
export const bytesField = (field: number, bytes: Uint8Array): Uint8Array =>
  joined([fieldStart(field, bytes.length), bytes]);

const encoder = /* @__PURE__ */ new TextEncoder();

/** A field of text. */
export const textField = (field: number, text: string): Uint8Array => bytesField(field, encoder.encode(text));

/** A field of a whole number. */
export const integerField = (field: number, value: number | bigint): Uint8Array =>
  Uint8Array.from([...varint(field << 3), ...varint(value)]);

/** A field of a number in single precision. */
export const floatField = (field: number, value: number): Uint8Array => {
  const bytes = new Uint8Array(5);
  bytes[0] = (field << 3) | 5;
  new DataView(bytes.buffer).setFloat32(1, value, true);
  return bytes;
};

/** An entry of a list of texts by key. */
export const entryField = (field: number, key: string, value: string): Uint8Array =>
  bytesField(field, joined([textField(1, key), textField(2, value)]));

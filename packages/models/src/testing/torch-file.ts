import type { TensorData } from '../weights/safetensors.js';

const part = (value: string | number | Uint8Array): Uint8Array => {
  if (typeof value === 'string') return Buffer.from(value, 'latin1');
  return typeof value === 'number' ? Uint8Array.of(value) : value;
};

/** Opcodes of a pickle by hand: text is one character a byte. */
export const bytes = (...parts: readonly (string | number | Uint8Array)[]): Buffer => Buffer.concat(parts.map(part));
export const text = (value: string): Buffer => bytes('X', Buffer.from(Uint32Array.of(value.length).buffer), value);
export const long = (value: number): Buffer => bytes(0x8a, 8, Buffer.from(BigInt64Array.of(BigInt(value)).buffer));
export const tuple = (...items: readonly Uint8Array[]): Buffer => bytes('(', ...items, 't');

/** A reference to a storage, and the tensor that looks into it. */
export const storage = (count: number, { type = 'FloatStorage', key = '7', view = bytes('N') } = {}): Buffer =>
  bytes(tuple(text('storage'), bytes(`ctorch\n${type}\n`), text(key), text('cpu'), long(count), view), 'Q');
export const tensor = (
  from: Uint8Array,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): Buffer =>
  bytes(
    'ctorch._utils\n_rebuild_tensor_v2\n',
    tuple(from, long(offset), tuple(...shape.map(long)), tuple(...strides.map(long))),
    'R',
  );

/** A dictionary with names for keys. */
export const named = (...entries: readonly (readonly [string, Uint8Array])[]): Buffer =>
  bytes('}(', ...entries.flatMap(([name, value]) => [text(name), value]), 'u');

/** Raw bytes of a storage, and the number of elements that the file claims. */
interface RawStorage {
  readonly key: string;
  readonly raw: ArrayBufferView;
  readonly count: number;
}

/** A PyTorch file in the legacy format, as torch.save wrote it before version 1.6. */
export const legacyFile = (root: Uint8Array, storages: readonly RawStorage[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    bytes(
      ...[0x80, 2, 0x8a, 10, Buffer.from('6cfc9c46f9206aa85019', 'hex'), '.'],
      ...[0x80, 2, long(1001), '.', '}.', root, '.', '](', ...storages.map(({ key }) => text(key)), 'e.'],
      ...storages.flatMap(({ raw, count }) => [
        Buffer.from(BigUint64Array.of(BigInt(count)).buffer),
        Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength),
      ]),
    ),
  );

/** Dense tensors of 32-bit floats as a state dict in the legacy format. */
export const writeTorchFile = (tensors: ReadonlyMap<string, TensorData>): Uint8Array => {
  const entries = [...tensors];
  const root = entries.map(([name, { shape, data }], i): readonly [string, Uint8Array] => {
    const strides = shape.map((_, d) => shape.slice(d + 1).reduce((size, n) => size * n, 1));
    return [name, tensor(storage(data.length, { key: String(i) }), 0, shape, strides)];
  });
  return legacyFile(
    named(...root),
    entries.map(([, { data }], i) => ({ key: String(i), raw: Float32Array.from(data), count: data.length })),
  );
};

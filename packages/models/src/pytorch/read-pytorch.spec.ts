import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { ModelError } from '../errors.js';
import { readSafetensors } from '../safetensors.js';
import { bytes, legacyFile, long, named, storage, tensor, text, tuple } from '../testing/torch-file.js';
import { readPyTorch } from './read-pytorch.js';

const folder = join(__dirname, 'fixtures');
const fixture = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
const { tensors: expected } = readSafetensors(fixture('tensors.safetensors'));
const stateDicts = ['zip-2.bin', 'zip-4.bin', 'legacy-2.bin', 'legacy-4.bin', 'deflated.bin'];
const invalid = (message: RegExp) => expect.objectContaining({ code: 'PYTORCH_INVALID', message: expect.stringMatching(message) });

/** A legacy file of `root`, with one storage "7" of raw bytes. */
const legacy = (root: Uint8Array, raw: ArrayBufferView = Float32Array.of(1, 2, 3, 4), count = 4) => legacyFile(root, [{ key: '7', raw, count }]);
const one = (...[from, offset, shape, strides]: Parameters<typeof tensor>) => legacy(named(['t', tensor(from, offset, shape, strides)]));
const values = async (file: Uint8Array) => Array.from((await readPyTorch(file)).get('t')?.data ?? []);

describe('readPyTorch', () => {
  test.each(stateDicts)('PyTorch .bin and safetensors of the same model give equal tensors: %s', async (name) => {
    const tensors = await readPyTorch(fixture(name));
    expect([...tensors.keys()]).toEqual([...expected.keys()]);
    for (const [key, tensor] of expected) expect([key, tensors.get(key)]).toEqual([key, tensor]);
  });

  test.each(stateDicts)('tied tensors share their numbers: %s', async (name) => {
    const tensors = await readPyTorch(fixture(name));
    expect(tensors.get('decoder.weight')?.data).toBe(tensors.get('embeddings.weight')?.data);
  });

  test('takes aligned F32 of the zip format without copying', async () => {
    const file = fixture('zip-2.bin');
    expect((await readPyTorch(file)).get('matrix')?.data.buffer).toBe(file.buffer);
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    expect((await readPyTorch(shifted.subarray(1))).get('matrix')).toEqual(expected.get('matrix'));
  });

  test.each(['untyped.bin', 'untyped-legacy.bin'])('reads untyped storages with an element type: %s', async (name) => {
    const tensors = await readPyTorch(fixture(name));
    expect(tensors.get('float')).toEqual(expected.get('matrix.inner'));
    expect(tensors.get('long')).toEqual({ shape: [2], data: Int32Array.of(5, -6), dtype: 'I64' });
  });

  test('finds the state dict in a training checkpoint', async () => {
    expect(await readPyTorch(fixture('checkpoint.bin'))).toEqual(new Map([['weight', { shape: [1, 2], data: Float32Array.of(1, 2), dtype: 'F32' }]]));
    const inner = named(['t', tensor(storage(4), 1, [2], [1])]);
    for (const root of [named(['model', inner]), named(['model', named(['state_dict', inner])]), named(['model_state_dict', inner], ['x', text('y')])]) {
      expect(await values(legacy(root))).toEqual([2, 3]);
    }
  });

  test('reads views of storages, as old files have them, and dictionaries of Python 2', async () => {
    const view = tuple(text('8'), long(1), long(2));
    expect(await values(legacy(named(['t', tensor(storage(4, { view }), 0, [2], [1])])))).toEqual([2, 3]);
    const pairs = bytes('ccollections\nOrderedDict\n(](](', text('t'), tensor(storage(4), 0, [4], [1]), 'eetR}', text('_metadata'), 'Nsb');
    expect(await values(legacy(pairs))).toEqual([1, 2, 3, 4]);
  });

  test('refuses files that run something or hold more than tensors, and says what', async () => {
    const cases: readonly (readonly [string, string])[] = [
      ['command.bin', 'posix.system'],
      ['command-legacy.bin', 'posix.system'],
      ['whole-model.bin', 'torch.nn.modules.linear.Linear'],
    ];
    for (const [name, path] of cases) {
      await expect(readPyTorch(fixture(name))).rejects.toEqual(expect.objectContaining({ code: 'PICKLE_UNSAFE', message: expect.stringContaining(`"${path}"`) }));
      await expect(readPyTorch(fixture(name))).rejects.toThrow(/nothing in a file is ever run.*save its state dict as safetensors/);
    }
  });

  const four = storage(4);
  const big = 2 ** 52;
  const longs = named(['t', tensor(storage(1, { type: 'LongStorage' }), 0, [1], [1])]);
  const complex = named(['t', tensor(storage(2, { type: 'ComplexFloatStorage' }), 0, [2], [1])]);
  test.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(0), /0 bytes/],
    ['a web page', new TextEncoder().encode('<!doctype html>'), /begins with "<!doctype ht"/],
    ['another pickle', bytes(0x80, 2, 'N.'), /PyTorch did not write/],
    ['no dictionary', legacy(tensor(four, 0, [4], [1])), /no dictionary of tensors/],
    ['a dictionary without tensors', legacy(named(['epoch', long(1)], ['list', bytes(']', tensor(four, 0, [4], [1]), 'a')])), /its keys are "epoch", "list"\. Save the state_dict/],
    ['a view that begins too late', one(four, 5, [1], [1]), /reaches element 5, and its storage holds 4/],
    ['a view that ends too late', one(four, 1, [2, 2], [2, 1]), /tensor "t" of shape \[2, 2\] with strides \[2, 1\] from element 1 reaches element 4/],
    ['a view beyond all numbers', one(four, big, [big, big], [big, big]), /reaches element/],
    ['a tensor that repeats one element endlessly', one(four, 0, [big], [0]), /far more memory/],
    ['a tensor that repeats one element in many dimensions', one(four, 0, Array<number>(60).fill(3), Array<number>(60).fill(0)), /far more memory/],
    ['too many dimensions', one(four, 0, Array<number>(65).fill(1), Array<number>(65).fill(0)), /at most 64/],
    ['a negative stride', one(four, 3, [4], [-1]), /whole numbers/],
    ['strides for another shape', one(four, 0, [4], [1, 1]), /whole numbers/],
    ['a tensor of text', one(text('x'), 0, [4], [1]), /no storage/],
    ['a parameter of text', legacy(bytes('ctorch._utils\n_rebuild_parameter\n(', text('x'), 'tR')), /no tensor/],
    ['something else outside', legacy(bytes(text('x'), 'Q')), /no storage/],
    ['a storage without a size', legacy(bytes(tuple(text('storage')), 'Q')), /without a type, key and size/],
    ['a storage view without a size', legacy(storage(4, { view: long(1) })), /view without/],
    ['a storage larger than its bytes', one(storage(5), 0, [4], [1]), /claims 20 bytes from byte 0, and 16 are there/],
    ['bytes of a storage nobody refers to', one(storage(4, { key: '9' }), 0, [4], [1]), /nothing refers to/],
    ['a storage that is not there', legacy(named(['t', tensor(four, 0, [4], [1])], ['u', tensor(storage(4, { key: '9' }), 0, [4], [1])])), /"9" of tensor "u" is missing/],
    ['raw bytes that lie about their size', legacy(named(['t', tensor(four, 0, [4], [1])]), new Float32Array(4), big), /claims 18014398509481984 bytes, and only 16/],
    ['a file that ends before its storages', one(four, 0, [4], [1]).subarray(0, -20), /ends before its storage "7"/],
    ['an integer beyond 32 bits', legacy(longs, BigInt64Array.of(2n ** 31n), 1), /tensor "t" holds the 64-bit integer 2147483648/],
    ['complex numbers', legacy(complex, Float32Array.of(1, 2, 3, 4), 2), /tensor "[^"]+" is of the type "torch\.ComplexFloatStorage"; read are float32,.*Convert them/],
    ['quantised numbers', one(storage(4, { type: 'QInt8Storage' }), 0, [4], [1]), /type "torch\.QInt8Storage"/],
    ['numbers of tomorrow', legacy(bytes('ctorch\nfloat9_e5m3\n')), /type "torch\.float9_e5m3"/],
    ['typed storages of today', legacy(bytes('ctorch.storage\nTypedStorage\n')), /type "torch\.storage\.TypedStorage"/],
    ['a dictionary of numbers', legacy(bytes('ccollections\nOrderedDict\n(](K', 1, 'etR')), /other than pairs/],
  ])('refuses %s', async (_, file, message) => {
    await expect(readPyTorch(file)).rejects.toEqual(invalid(message));
  });

  test('refuses a pointer of Git LFS', async () => {
    const pointer = new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:4a4b\nsize 437955512\n');
    await expect(readPyTorch(pointer)).rejects.toMatchObject({ code: 'FILE_INVALID', message: expect.stringMatching(/Git LFS pointer, not the file of 437955512 bytes.*git lfs pull/) });
  });

  test.each<[string, number]>([
    ['ComplexHalfStorage', 4],
    ['ComplexFloatStorage', 8],
    ['ComplexDoubleStorage', 16],
    ['QInt8Storage', 1],
    ['QInt32Storage', 4],
  ])('leaves out tensors of %s for who wants to be told, and reads the others', async (type, width) => {
    const root = named(['odd', tensor(storage(2, { type, key: '1' }), 0, [2], [1])], ['t', tensor(storage(2, { key: '2' }), 0, [2], [1])]);
    const file = legacyFile(root, [
      { key: '1', raw: new Uint8Array(2 * width), count: 2 },
      { key: '2', raw: Float32Array.of(5, 6), count: 2 },
    ]);
    const unread: [string, string][] = [];
    const tensors = await readPyTorch(file, { onUnread: (name, { dtype }) => unread.push([name, dtype]) });
    expect([...tensors]).toEqual([['t', { shape: [2], data: Float32Array.of(5, 6), dtype: 'F32' }]]);
    expect(unread).toEqual([['odd', `torch.${type}`]]);
    await expect(readPyTorch(file)).rejects.toEqual(invalid(/tensor "odd" is of the type/));
  });

  test('refuses archives without a pickle, and bytes of the other order', async () => {
    const renamed = (name: string, from: string, to: string) =>
      new Uint8Array(Buffer.from(Buffer.from(fixture(name)).toString('latin1').replaceAll(from, to), 'latin1'));
    await expect(readPyTorch(renamed('untyped.bin', 'data.pkl', 'code.pkl'))).rejects.toEqual(invalid(/without a data\.pkl/));
    await expect(readPyTorch(renamed('untyped.bin', 'data/0', 'data/x'))).rejects.toEqual(invalid(/storage "0" .* is missing/));
    await expect(readPyTorch(fixture('big-endian.bin'))).rejects.toEqual(invalid(/order "big", and only "little"/));
  });

  test('a file cut anywhere is refused', async () => {
    for (const name of ['untyped.bin', 'untyped-legacy.bin', 'checkpoint.bin']) {
      const file = fixture(name);
      for (let length = 0; length < file.length; length += 1) await expect(readPyTorch(file.subarray(0, length))).rejects.toEqual(invalid(/./));
    }
  });

  test('whatever the bytes, it reads them or throws a ModelError', async () => {
    const good = ['zip-4.bin', 'legacy-2.bin', 'deflated.bin', 'untyped.bin'].map(fixture);
    const change = fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...good), fc.array(change, { minLength: 1, maxLength: 6 }), async (file, changes) => {
        const broken = file.slice();
        for (const [at, value] of changes) broken[Math.floor(at * file.length)] = value;
        try {
          await readPyTorch(broken);
        } catch (error) {
          expect(error).toBeInstanceOf(ModelError);
        }
      }),
      { numRuns: 1_500 },
    );
  });

  test('the fixtures stay small', () => {
    const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(45_000);
  });
});

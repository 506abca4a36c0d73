import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModelError } from './errors.js';
import type { FileSource } from './files.js';
import { hasWeights, readModelWeights } from './model-weights.js';
import { writeSafetensors } from './write-safetensors.js';

const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(join(__dirname, 'pytorch/fixtures', name)));
const weights = (name: string, value = 1): Uint8Array => writeSafetensors(new Map([[name, { shape: [1], data: Float32Array.of(value), dtype: 'F32' }]]));
const index = (map: Readonly<Record<string, string>>): Uint8Array => new TextEncoder().encode(JSON.stringify({ weight_map: map }));
const nothing = new Uint8Array(0);
const checkpoint = fixture('checkpoint.bin');

const sourceOf = (files: Readonly<Record<string, Uint8Array>>, { lists = true } = {}): FileSource => ({
  name: 'source',
  read: async (path) => {
    const found = files[path];
    if (found) return found;
    throw new ModelError('FILE_NOT_FOUND', `There is no file ${path}.`);
  },
  exists: async (path) => path in files,
  list: async () => (lists ? Object.keys(files).sort() : undefined),
});

describe.each([true, false])('weights of a source (lists its files: %s)', (lists) => {
  const found = async (files: Readonly<Record<string, Uint8Array>>) => {
    const source = sourceOf(files, { lists });
    expect(await hasWeights(source)).toBe(true);
    return [...(await readModelWeights(source)).tensors.keys()];
  };

  test('standard names go first, in their order', async () => {
    const files = {
      'pytorch_model.bin.index.json': index({ count: 'zip.bin', float: 'untyped.bin' }),
      'pytorch_model.bin': checkpoint,
      'model.safetensors.index.json': index({ a: 'one.safetensors' }),
      'model.safetensors': weights('whole'),
    };
    const shards = { 'one.safetensors': weights('a'), 'zip.bin': fixture('zip-4.bin'), 'untyped.bin': fixture('untyped.bin') };
    const without = (...names: readonly string[]) => Object.fromEntries(Object.entries({ ...files, ...shards }).filter(([name]) => !names.includes(name)));
    expect(await found(without())).toEqual(['whole']);
    expect(await found(without('model.safetensors'))).toEqual(['a']);
    expect(await found(without('model.safetensors', 'model.safetensors.index.json'))).toEqual(['weight']);
    const both = await found(without('model.safetensors', 'model.safetensors.index.json', 'pytorch_model.bin'));
    expect(both).toEqual(expect.arrayContaining(['count', 'encoder.LayerNorm.weight', 'float']));
  });

  test('nothing found is said', async () => {
    const source = sourceOf({ 'config.json': nothing, 'training_args.bin': nothing, 'optimizer.pt': nothing, 'scheduler.pt': nothing, 'rng_state.pth': nothing }, { lists });
    expect(await hasWeights(source)).toBe(false);
    await expect(readModelWeights(source)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND', message: expect.stringMatching(/model\.safetensors.*pytorch_model\.bin/) });
  });
});

describe('readModelWeights', () => {
  test('takes the only other file: safetensors, then PyTorch', async () => {
    const training = { 'training_args.bin': nothing, 'optimizer.pt': nothing, 'rng_state_0.pth': nothing };
    for (const name of ['weights.bin', 'best.pt', 'best.pth']) {
      expect([...(await readModelWeights(sourceOf({ ...training, [name]: checkpoint }))).tensors.keys()]).toEqual(['weight']);
    }
    expect([...(await readModelWeights(sourceOf({ 'best.pt': checkpoint, 'half.safetensors': weights('a') }))).tensors.keys()]).toEqual(['a']);
  });

  test('does not choose among several, and still counts them as weights', async () => {
    const source = sourceOf({ 'best.pt': checkpoint, 'last.pt': checkpoint });
    expect(await hasWeights(source)).toBe(true);
    await expect(readModelWeights(source)).rejects.toThrow(/best\.pt, last\.pt\. Name one/);
    expect([...(await readModelWeights(source, 'last.pt')).tensors.keys()]).toEqual(['weight']);
  });

  test.each([
    ['safetensors', 'model-00001-of-00002.safetensors', 'model.safetensors.index.json'],
    ['PyTorch', 'pytorch_model-00002-of-00002.bin', 'pytorch_model.bin.index.json'],
  ])('asks for the index of shards that have lost it: %s', async (_, shard, wanted) => {
    const expected = { code: 'FILE_NOT_FOUND', message: `source holds ${shard}, a part of the weights, and no index of the parts: fetch ${wanted} too, which says what each holds.` };
    await expect(readModelWeights(sourceOf({ [shard]: nothing }))).rejects.toMatchObject(expected);
    await expect(readModelWeights(sourceOf({ [shard]: nothing, [shard.replace('-0000', '-0003')]: nothing }))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND', message: expect.stringContaining(wanted) });
  });

  test('names the file that is refused', async () => {
    await expect(readModelWeights(sourceOf({ 'pytorch_model.bin': fixture('command.bin') }))).rejects.toMatchObject({
      code: 'PICKLE_UNSAFE',
      message: expect.stringMatching(/^source\/pytorch_model\.bin: .*posix\.system/),
    });
    const cut = sourceOf({ 'pytorch_model.bin.index.json': index({ a: 'shard.bin' }), 'shard.bin': checkpoint.subarray(0, 400) });
    await expect(readModelWeights(cut)).rejects.toMatchObject({ code: 'PYTORCH_INVALID', message: expect.stringMatching(/^source\/shard\.bin: .*cut off/) });
    const missing = sourceOf({ 'pytorch_model.bin.index.json': index({ a: 'shard.bin' }), 'shard.bin': checkpoint });
    await expect(readModelWeights(missing)).rejects.toMatchObject({ code: 'TENSOR_MISSING' });
  });
});

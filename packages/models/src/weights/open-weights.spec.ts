import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModelError } from '../errors.js';
import { directorySource } from '../sources/directory-source.js';
import { memorySource } from '../testing/tiny-model.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeFiles } from '../testing/written-files.js';
import { toInt8Weights } from './int8-weights.js';
import { openModelWeights } from './open-weights.js';
import { readModelWeights } from './read-weights.js';
import type { TensorData } from './safetensors.js';
import type { StoredTensor } from './stored-tensor.js';
import { writeSafetensors } from './write-safetensors.js';

const folder = temporaryFolder();
const source = (name: string, files: Readonly<Record<string, Uint8Array | string>>) =>
  directorySource(writeFiles(join(folder, name), files));

const tensors = new Map<string, TensorData>([
  ['embeddings.LayerNorm.gamma', { shape: [3], data: Float32Array.of(1, -2, 0.5), dtype: 'F32' }],
  ['a.weight', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6), dtype: 'F32' }],
  ['position_ids', { shape: [1, 2], data: Int32Array.of(0, 1), dtype: 'I64' }],
]);

const numbersOf = async (tensor: TensorData | StoredTensor): Promise<number[]> => {
  if ('data' in tensor) return Array.from(tensor.data);
  const bytes = new Uint8Array(tensor.bytes);
  await tensor.readInto(bytes);
  return Array.from(tensor.decode(bytes));
};

describe('weights of a folder', () => {
  test.each(['F32', 'F16', 'BF16'] as const)('%s are those that are read at once', async (dtype) => {
    const files = { 'model.safetensors': writeSafetensors(tensors, { dtype }) };
    const opened = await openModelWeights(source(dtype, files));
    const whole = await readModelWeights(memorySource(files));
    expect([...opened.tensors.keys()]).toEqual([...whole.tensors.keys()]);
    for (const [name, tensor] of opened.tensors) {
      const { shape, data, dtype: stored } = whole.tensors.get(name) as TensorData;
      expect(tensor).toMatchObject({ shape, dtype: stored });
      expect(await numbersOf(tensor)).toEqual(Array.from(data));
      expect('readInto' in tensor).toBe(data instanceof Float32Array);
    }
    await opened.close();
  });

  test('are read from any of their bytes on', async () => {
    const opened = await openModelWeights(source('parts', { 'model.safetensors': writeSafetensors(tensors) }));
    const tensor = opened.tensors.get('a.weight') as StoredTensor;
    const bytes = new Uint8Array(8);
    await tensor.readInto(bytes, 12);
    expect(Array.from(tensor.decode(bytes))).toEqual([4, 5]);
    await opened.close();
  });

  test('cannot be read once they are closed', async () => {
    const opened = await openModelWeights(source('closed', { 'model.safetensors': writeSafetensors(tensors) }));
    await opened.close();
    await expect((opened.tensors.get('a.weight') as StoredTensor).readInto(new Uint8Array(24))).rejects.toMatchObject({
      code: 'FILE_INVALID',
    });
  });

  test('as 8-bit integers are read as a whole', async () => {
    const files = { 'model.safetensors': writeSafetensors(toInt8Weights(tensors)) };
    const opened = await openModelWeights(source('int8', files));
    expect(opened.tensors).toEqual((await readModelWeights(memorySource(files))).tensors);
    await opened.close();
  });

  test('of a source that gives files as a whole are in memory', async () => {
    const opened = await openModelWeights(memorySource({ 'model.safetensors': writeSafetensors(tensors) }));
    expect([...opened.tensors.values()].every((tensor) => 'data' in tensor)).toBe(true);
    await opened.close();
  });
});

describe('files that are refused', () => {
  const whole = writeSafetensors(tensors);
  const cases: Readonly<Record<string, Uint8Array>> = {
    nothing: new Uint8Array(0),
    'seven bytes': whole.subarray(0, 7),
    'a header cut off': whole.subarray(0, 20),
    'data cut off': whole.subarray(0, -1),
    'bytes left over': Uint8Array.from([...whole, 0]),
    text: new TextEncoder().encode('this is not a safetensors file, whatever its name says'),
    pointer: new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n'),
  };

  test.each(Object.entries(cases))('%s: with the error of who reads it at once', async (name, bytes) => {
    const folderSource = source(`refused-${name}`, { 'model.safetensors': bytes });
    const error = await readModelWeights(folderSource).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ModelError);
    const { code, message } = error as ModelError;
    await expect(openModelWeights(folderSource)).rejects.toMatchObject({ code, message });
  });

  test('a path of no weights', async () => {
    writeFileSync(join(folder, 'config.json'), '{}');
    await expect(openModelWeights(directorySource(folder))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await expect(openModelWeights(directorySource(folder), 'x.safetensors')).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
  });
});

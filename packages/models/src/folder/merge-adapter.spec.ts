import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { openModel, saveModel } from '../model/open-model.js';
import { openDeferredModel } from '../model/open-deferred-model.js';
import { readWeight } from '../architectures/deferred-weights.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { memorySource, tinyConfig, tinyFiles } from '../testing/tiny-model.js';
import { readSafetensors } from '../weights/safetensors.js';
import type { TensorData } from '../weights/safetensors.js';
import { writeSafetensors } from '../weights/write-safetensors.js';
import { adaptedConfig, mergeAdapter } from './merge-adapter.js';
import { readModelDirectory, readModelFiles } from './model-directory.js';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
});

const tensor = (shape: readonly number[], values: readonly number[]): TensorData => ({
  shape,
  data: Float32Array.from(values),
  dtype: 'F32',
});
const lora = {
  peft_type: 'LORA',
  base_model_name_or_path: 'someone/base',
  lora_alpha: 4,
  r: 2,
  target_modules: ['query'],
};
const adapterFiles = (
  tensors: Readonly<Record<string, TensorData>>,
  changes: Readonly<Record<string, unknown>> = {},
) => ({
  'adapter_config.json': JSON.stringify({ ...lora, ...changes }),
  'adapter_model.safetensors': writeSafetensors(new Map(Object.entries(tensors))),
});
const adapter = (...of: Parameters<typeof adapterFiles>) => memorySource(adapterFiles(...of));

const query = 'bert.encoder.layer.0.attention.self.query';
const config = { model_type: 'bert' };

describe('a product that is added, by hand', () => {
  // W = [[1, 2, 3], [4, 5, 6]]; B A = [[1, 0], [2, 1]] [[1, 1, 0], [0, 2, 1]] = [[1, 1, 0], [2, 4, 1]]
  const base = new Map([[`${query}.weight`, tensor([2, 3], [1, 2, 3, 4, 5, 6])]]);
  const down = tensor([2, 3], [1, 1, 0, 0, 2, 1]);
  const up = tensor([2, 2], [1, 0, 2, 1]);
  const factors = {
    [`base_model.model.${query}.lora_A.weight`]: down,
    [`base_model.model.${query}.lora_B.weight`]: up,
  };
  const merged = async (...of: Parameters<typeof adapterFiles>): Promise<number[]> => [
    ...((await mergeAdapter(config, base, adapter(...of))).get(`${query}.weight`)?.data ?? []),
  ];

  test('is scaled by alpha over the rank', async () => {
    expect(await merged(factors)).toEqual([3, 4, 3, 8, 13, 8]);
    expect(await merged(factors, { lora_alpha: 1 })).toEqual([1.5, 2.5, 3, 5, 7, 6.5]);
  });

  test('is scaled by alpha over the root of the rank where it is rank-stabilised', async () => {
    const by = 4 / Math.sqrt(2);
    expect(await merged(factors, { use_rslora: true })).toEqual(
      [1 + by, 2 + by, 3, 4 + 2 * by, 5 + 4 * by, 6 + by].map(Math.fround),
    );
  });

  test('has the alpha of its module where one is given', async () => {
    expect(await merged(factors, { alpha_pattern: { 'self.query': 8 } })).toEqual([5, 6, 3, 12, 21, 10]);
    expect(await merged(factors, { alpha_pattern: { key: 8, ery: 8 } })).toEqual([3, 4, 3, 8, 13, 8]);
    // patterns, as PEFT has them: of all of a name, or of the end of it behind a point
    for (const pattern of ['layer\\.\\d+\\..*\\.query', '.*query', '(query|value)', '^bert\\..*\\.query'])
      expect(await merged(factors, { alpha_pattern: { [pattern]: 8 } })).toEqual([5, 6, 3, 12, 21, 10]);
    expect(await merged(factors, { alpha_pattern: { 'layer\\.[1-9]\\..*': 8 } })).toEqual([3, 4, 3, 8, 13, 8]);
    await expect(merged(factors, { alpha_pattern: { '(query': 8 } })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('"alpha_pattern" has "(query"') as string,
    });
  });

  test('is turned where matrices are stored [in, out], and for tables', async () => {
    const turnedBase = new Map([[`${query}.weight`, tensor([3, 2], [1, 4, 2, 5, 3, 6])]]);
    const turned = await mergeAdapter(config, turnedBase, adapter(factors, { fan_in_fan_out: true }));
    expect([...(turned.get(`${query}.weight`)?.data ?? [])]).toEqual([3, 8, 4, 13, 3, 8]);
    const table = 'bert.embeddings.word_embeddings';
    const withTable = await mergeAdapter(
      config,
      new Map([[`${table}.weight`, tensor([3, 2], [1, 4, 2, 5, 3, 6])]]),
      adapter({
        [`base_model.model.${table}.lora_embedding_A`]: down,
        [`base_model.model.${table}.lora_embedding_B`]: up,
      }),
    );
    expect([...(withTable.get(`${table}.weight`)?.data ?? [])]).toEqual([3, 8, 4, 13, 3, 8]);
  });

  test.each(['', 'bert.'])('finds the tensor of a base whose names begin with "%s"', async (prefix) => {
    const name = `${prefix}encoder.layer.0.attention.self.query`;
    const own = new Map([[`${name}.weight`, tensor([2, 3], [1, 2, 3, 4, 5, 6])]]);
    for (const given of [`base_model.model.${query}`, 'base_model.model.encoder.layer.0.attention.self.query']) {
      const found = await mergeAdapter(
        config,
        own,
        adapter({ [`${given}.lora_A.default.weight`]: down, [`${given}.lora_B.default.weight`]: up }),
      );
      expect([...found.keys()]).toEqual([`${name}.weight`]);
      expect([...(found.get(`${name}.weight`)?.data ?? [])]).toEqual([3, 4, 3, 8, 13, 8]);
    }
  });

  test('leaves the base as it was', async () => {
    await merged(factors);
    expect([...(base.get(`${query}.weight`)?.data ?? [])]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test.each<
    [
      what: string,
      code: string,
      message: RegExp,
      tensors: Record<string, TensorData>,
      changes?: Record<string, unknown>,
    ]
  >([
    [
      'modules that the model does not have',
      'TENSOR_MISSING',
      /changes "h\.0\.attn" \(target modules: query\).*someone\/base/,
      { 'base_model.model.h.0.attn.lora_A.weight': down, 'base_model.model.h.0.attn.lora_B.weight': up },
    ],
    [
      'one factor without the other',
      'TENSOR_MISSING',
      /one is not there/,
      { [`base_model.model.${query}.lora_A.weight`]: down },
    ],
    [
      'another base',
      'SHAPE_MISMATCH',
      /factors \[2, 2\] and \[2, 4\].*\[2, 3\].*someone\/base/,
      { ...factors, [`base_model.model.${query}.lora_A.weight`]: tensor([2, 4], [1, 1, 0, 0, 2, 1, 0, 0]) },
    ],
    ['DoRA', 'CONFIG_INVALID', /"use_dora" is true.*merge_and_unload/, factors, { use_dora: true }],
    ['another kind of adapter', 'CONFIG_INVALID', /peft_type is "IA3", expected "LORA"/, factors, { peft_type: 'IA3' }],
    ['no alpha', 'CONFIG_INVALID', /"lora_alpha" is "much"/, factors, { lora_alpha: 'much' }],
  ])('%s: refused', async (_, code, message, tensors, changes = {}) => {
    await expect(mergeAdapter(config, base, adapter(tensors, changes))).rejects.toMatchObject({
      name: 'ModelError',
      code,
      message: expect.stringMatching(message),
    });
  });

  test('is alpha / rank B A for any sizes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 9 }),
        async (outputs, inputs, rank, alpha) => {
          const of = (size: number, step: number): number[] =>
            Array.from({ length: size }, (_, i) => ((i * step) % 7) - 3);
          const [w, a, b] = [of(outputs * inputs, 3), of(rank * inputs, 5), of(outputs * rank, 2)];
          const found = await mergeAdapter(
            config,
            new Map([['x.weight', tensor([outputs, inputs], w)]]),
            adapter(
              {
                'base_model.model.x.lora_A.weight': tensor([rank, inputs], a),
                'base_model.model.x.lora_B.weight': tensor([outputs, rank], b),
              },
              { lora_alpha: alpha, r: rank },
            ),
          );
          const product = tf.tidy(() =>
            tf.matMul(tf.tensor2d(b, [outputs, rank]), tf.tensor2d(a, [rank, inputs])).dataSync(),
          );
          found
            .get('x.weight')
            ?.data.forEach((value, i) =>
              expect(value).toBeCloseTo((w[i] ?? 0) + (alpha / rank) * (product[i] ?? 0), 4),
            );
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('a model with an adapter', () => {
  const path = temporaryFolder();
  const size = 32;
  const numbers = (count: number, step: number): number[] =>
    Array.from({ length: count }, (_, i) => Math.sin(step * i + 1) / 4);
  const head = {
    'base_model.model.classifier.modules_to_save.default.weight': tensor([3, size], numbers(3 * size, 2)),
    'base_model.model.classifier.modules_to_save.default.bias': tensor([3], [1, 2, 3]),
    'base_model.model.classifier.original_module.weight': tensor([2, size], numbers(2 * size, 2)),
  };
  const factors = {
    [`base_model.model.${query}.lora_A.weight`]: tensor([2, size], numbers(2 * size, 3)),
    [`base_model.model.${query}.lora_B.weight`]: tensor([size, 2], numbers(2 * size, 5)),
  };
  const files = adapterFiles({ ...factors, ...head }, { task_type: 'SEQ_CLS' });

  test('opens merged, from a folder beside it or from its own, on both kinds of engine, with the head of the adapter', async () => {
    const base = await tinyFiles(tinyConfig);
    const own = readSafetensors(base['model.safetensors'] as Uint8Array).tensors.get(`${query}.weight`);
    const expected = (
      await mergeAdapter(tinyConfig, new Map([[`${query}.weight`, own as TensorData]]), memorySource(files))
    ).get(`${query}.weight`);
    const beside = memorySource({ ...base, ...files });
    for (const [source, options] of [
      [memorySource(base), { adapter: memorySource(files) }],
      [beside, {}],
    ] as const) {
      const { tensors, config: merged } = await readModelDirectory(source, options);
      expect(tensors.get(`${query}.weight`)).toEqual(expected);
      expect(tensors.get('classifier.bias')?.data).toEqual(Float32Array.of(1, 2, 3));
      expect(merged).toMatchObject({
        architectures: ['BertForSequenceClassification'],
        id2label: { 0: 'LABEL_0', 1: 'LABEL_1', 2: 'LABEL_2' },
      });
      expect((await readModelFiles(source, options)).config).toEqual(merged);
      const { model } = await openModel(source, options);
      const logits = await model.run([{ ids: [2, 5, 6, 3] }]);
      expect(logits).toHaveLength(3);
      const deferred = await openDeferredModel(source, options);
      const { query: onEngine } = deferred.model.encoder.blocks[0]?.attention ?? {};
      const kernel = onEngine && 'kernel' in onEngine ? await readWeight(onEngine.kernel) : undefined;
      expect([...(kernel ?? [])].slice(0, 3)).toEqual([0, 1, 2].map((row) => expected?.data[row * size]));
      await deferred.close();
      model.dispose();
    }
    const without = await readModelDirectory(beside, { adapter: false });
    expect(without.tensors.get(`${query}.weight`)).toEqual(own);
    expect(without.tensors.get('classifier.bias')?.data).toHaveLength(2);
  });

  test('that is saved over itself is not merged again, and the adapter is not lost', async () => {
    const all = { ...(await tinyFiles(tinyConfig)), ...files };
    for (const [name, content] of Object.entries(all)) writeFileSync(join(path, name), content);
    const merged = await openModel(path);
    const ids = { ids: [2, 5, 6, 3] };
    const expected = await merged.model.run([ids]);
    await saveModel(path, merged);
    const again = await openModel(path);
    expect(await again.model.run([ids])).toEqual(expected);
    expect(readFileSync(join(path, 'adapter_config.json.old'), 'utf8')).toBe(files['adapter_config.json']);
    expect(existsSync(join(path, 'adapter_model.safetensors'))).toBe(true);
    for (const { model } of [merged, again]) model.dispose();
  });

  test('keeps the labels of a base that has as many', async () => {
    const named = { ...tinyConfig, id2label: { 0: 'a', 1: 'b', 2: 'c' } };
    expect(await adaptedConfig(named, memorySource(files))).toMatchObject({ id2label: { 0: 'a', 1: 'b', 2: 'c' } });
  });

  test('has points of its own, which take the place of those of the base', async () => {
    const found = (cost: number): string =>
      JSON.stringify({ format: 'length-adaptive', version: 2, paretoSet: [{ point: {}, score: 1, cost }] });
    const base = { ...(await tinyFiles(tinyConfig)), 'length_adaptive.json': found(1) };
    const costs = async (...of: Parameters<typeof readModelFiles>): Promise<number[] | undefined> =>
      (await readModelFiles(...of)).lengthAdaptive?.paretoSet?.map(({ cost }) => cost);
    const searched = memorySource({ ...files, 'length_adaptive.json': found(0.5) });
    expect(await costs(memorySource(base), { adapter: searched })).toEqual([0.5]);
    expect(await costs(memorySource(base), { adapter: memorySource(files) })).toEqual([1]);
    expect(await costs(memorySource({ ...base, ...files }), {})).toEqual([1]);
  });

  test('is no model of its own, and says which one it needs', async () => {
    await expect(readModelDirectory(memorySource(files))).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringMatching(/memory is an adapter.*"someone\/base".*adapter: "memory"/),
    });
  });
});

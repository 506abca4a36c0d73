import * as tf from '@tensorflow/tfjs';
import { createTaskModel } from '../model/task-model.js';
import type { StoredTensor } from '../weights/stored-tensor.js';
import type { ModelWeightTrees } from '../model/describe-model.js';
import { describeModel } from '../model/describe-model.js';
import type { DeferredWeight } from './deferred-weights.js';
import { deferredWeights, readWeight } from './deferred-weights.js';
import { saveParameters } from './parameters.js';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
});

const config = {
  model_type: 'modernbert',
  vocab_size: 20,
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 12,
  max_position_embeddings: 16,
  initializer_range: 0.3,
};

const values = async (model: ReturnType<typeof createTaskModel>) => {
  const all = new Map<string, number[]>();
  for (const { spec, variable } of model.parameters) all.set(spec.name, Array.from(await variable.data()));
  return all;
};

test('weights that are stored as one are saved as one, and are read as the parts they were', async () => {
  const model = createTaskModel(config, new Map(), { fresh: true, seed: 3 });
  const saved = await saveParameters(model.parameters);
  expect(saved.get('model.layers.1.attn.Wqkv.weight')?.shape).toEqual([24, 8]);
  expect(saved.get('model.layers.1.mlp.Wi.weight')?.shape).toEqual([24, 8]);
  expect([...saved.keys()].filter((name) => /Wqkv\.|Wi\./.test(name) && !/(Wqkv|Wi)\.weight$/.test(name))).toEqual([]);
  const reopened = createTaskModel(config, saved);
  expect(await values(reopened)).toEqual(await values(model));

  // The same from a file whose numbers are read one tensor at a time.
  const stored = new Map(
    [...saved].map(([name, { shape, data }]): [string, StoredTensor] => {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      return [
        name,
        {
          shape,
          dtype: 'F32',
          bytes: bytes.length,
          readInto: async (to, from = 0) => to.set(bytes.subarray(from, from + to.length)),
          decode: (read) => new Float32Array(read.slice().buffer),
        },
      ];
    }),
  );
  const { specs } = describeModel(config);
  const { weights } = deferredWeights<ModelWeightTrees>(specs, stored, { prefix: 'model.' });
  const { query, value } = weights.encoder.blocks[1]?.attention ?? {};
  for (const [part, name] of [
    [query, 'query'],
    [value, 'value'],
  ] as const) {
    const { kernel } = part as { readonly kernel: DeferredWeight };
    expect(Array.from(await readWeight(kernel))).toEqual(
      (await values(model)).get(`model.layers.1.attn.Wqkv.${name}.weight`),
    );
  }
  reopened.dispose();
  model.dispose();
});

test('a tensor that lacks a part is refused by its name in the file', async () => {
  const model = createTaskModel(config, new Map(), { fresh: true, seed: 3 });
  const saved = await saveParameters(model.parameters);
  model.dispose();
  const name = 'model.layers.0.attn.Wqkv.weight';
  const cut = new Map(saved).set(name, { shape: [16, 8], data: new Float32Array(128), dtype: 'F32' });
  expect(() => createTaskModel(config, cut)).toThrow(
    expect.objectContaining({
      code: 'SHAPE_MISMATCH',
      message: expect.stringMatching(/"model\.layers\.0\.attn\.Wqkv\.weight" has shape \[16, 8\].*\[24, 8\]/),
    }),
  );
  const gone = new Map(saved);
  gone.delete(name);
  expect(() => createTaskModel(config, gone)).toThrow(
    expect.objectContaining({
      code: 'TENSOR_MISSING',
      message: expect.stringMatching(/no tensor "model\.layers\.0\.attn\.Wqkv\.weight"/),
    }),
  );
});

test('layers that share their weights are trained and saved as one', async () => {
  const albert = createTaskModel(
    { ...config, model_type: 'albert', embedding_size: 4, num_hidden_groups: 1 },
    new Map(),
    { fresh: true },
  );
  const [first, second] = albert.encoder.blocks;
  expect(second?.attention.query).toEqual(first?.attention.query);
  const names = albert.parameters.map(({ spec }) => spec.name);
  expect(new Set(names).size).toBe(names.length);
  expect([...(await saveParameters(albert.parameters)).keys()].sort()).toEqual([...names].sort());
  albert.dispose();
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { encode, fromAbsoluteLengths, rankOf, uniformRanks } from '@length-adaptive/core';
import type { DenseWeights } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import { factoriseModel } from '../model/factorise-model.js';
import { createTaskModel } from '../model/task-model.js';
import { readSafetensors } from '../weights/safetensors.js';
import type { TensorData } from '../weights/safetensors.js';
import type { ModelConfig } from './model-config.js';
import { mobilebert } from './mobilebert.js';

const folder = path.join(__dirname, '../../fixtures/golden/mobilebert');
const read = (file: string): Buffer => readFileSync(path.join(folder, file));
const config = JSON.parse(read('config.json').toString()) as ModelConfig;
const variants = JSON.parse(read('variants.json').toString()) as Readonly<Record<string, ModelConfig>>;

/** What a file holds below a name. */
const below = (tensors: ReadonlyMap<string, TensorData>, prefix: string): Map<string, TensorData> =>
  new Map(
    [...tensors].flatMap(([name, tensor]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), tensor]] : [])),
  );
const stored = readSafetensors(read('variants.safetensors')).tensors;
const types = [7, 9, 5].map((second) => Array.from({ length: 16 }, (_, token) => (token >= second ? 1 : 0)));

const gap = (values: ArrayLike<number>, wanted: ArrayLike<number> = []): number =>
  values.length === wanted.length
    ? Array.from(values).reduce((most, value, i) => Math.max(most, Math.abs(value - (wanted[i] ?? 0))), 0)
    : Number.NaN;

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

test.each(Object.keys(variants))(
  '%s: states and logits are those of the reference, whole and with tokens dropped',
  async (name) => {
    const own = { ...config, num_hidden_layers: 2, ...variants[name] };
    const model = createTaskModel(own, below(stored, `${name}/weights/`));
    const expected = below(stored, `${name}/`);
    const ids = expected.get('input_ids')?.data ?? [];
    const inputs = types.map((typeIds, row) => ({ ids: Array.from(ids).slice(16 * row, 16 * row + 16), typeIds }));
    for (const [kind, lengths] of [
      ['full', undefined],
      ['dropped', fromAbsoluteLengths([12, 9], 16)],
    ] as const) {
      const states = tf.tidy(() => encode(model.encoder, inputs, { config: lengths }).hidden.dataSync());
      expect(gap(states, expected.get(`${kind}.last_hidden_state`)?.data)).toBeLessThan(1e-4);
      const logits = await model.run(inputs, { point: lengths ? { lengths } : {} });
      expect(gap(logits, expected.get(`${kind}.logits`)?.data)).toBeLessThan(1e-4);
    }
    model.dispose();
  },
);

test.each(Object.keys(variants))('%s: config.json comes back as it was read', (name) => {
  const sizes = mobilebert.dimensions({ ...config, ...variants[name] });
  expect(mobilebert.dimensions(mobilebert.config(sizes))).toEqual(sizes);
});

test('a config.json that says nothing of its form is the published one', () => {
  const said = ['vocab_size', 'hidden_size', 'num_hidden_layers', 'num_attention_heads', 'intermediate_size'];
  const least = Object.fromEntries([...said, 'max_position_embeddings'].map((key) => [key, config[key]]));
  expect(mobilebert.dimensions(least)).toMatchObject({
    bottleneck: { size: 128, shared: true },
    ...{ feedForwards: 4, wordInputs: 384, activation: 'relu', hiddenDropout: 0, withoutPooler: false },
    own: { embedding_size: 128, trigram_input: true, normalization_type: 'no_norm' },
  });
});

test.each<[string, ModelConfig, RegExp]>([
  [
    'wide queries',
    { key_query_shared_bottleneck: false },
    /"use_bottleneck_attention" and "key_query_shared_bottleneck" are both false/,
  ],
  [
    'another norm',
    { normalization_type: 'rms_norm' },
    /"normalization_type" is "rms_norm"; supported: no_norm, layer_norm/,
  ],
  ['no feed-forward block', { num_feedforward_networks: 0 }, /"num_feedforward_networks" is 0/],
  ['a flag that is none', { trigram_input: 1 }, /"trigram_input" is 1; expected true or false/],
  [
    'heads that do not divide',
    { intra_bottleneck_size: 18 },
    /"intra_bottleneck_size" is 18 and "num_attention_heads" is 4/,
  ],
  ['widths that contradict each other', { true_hidden_size: 32 }, /"true_hidden_size" is 32; supported: 16/],
])('%s: refused by name', (_, changed, message) => {
  expect(() => mobilebert.dimensions({ ...config, ...changed })).toThrow(message);
  expect(() => mobilebert.dimensions({ ...config, ...changed })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' })); // prettier-ignore
});

test('a word is read with its neighbours in its own text alone, not with padding, nor with who has left', () => {
  const model = createTaskModel(config, new Map(), { fresh: true, seed: 3 });
  const states = (...rows: readonly (readonly number[])[]): number[][][] =>
    tf.tidy(() => encode(model.encoder, rows.map((ids) => ({ ids })), { layers: [0], config: [0.1, 0.1, 0.1, 0.1] }).hidden.arraySync()); // prettier-ignore
  const [long = [], short = []] = states([2, 5, 6, 7, 8, 9, 3], [2, 5, 3]);
  const [alone = []] = states([2, 5, 3]);
  expect(gap(short.slice(0, 3).flat(), alone.flat())).toBeLessThan(1e-6);
  const [other = []] = states([2, 5, 6, 7, 8, 11, 3]);
  // Two tokens stay in the first layer: of those that left the state is what they entered with, which knows its neighbours alone.
  const changed = long.map((state, token) => gap(state, other[token]) > 1e-6);
  expect(changed.slice(1, 4)).toEqual([false, false, false]);
  expect(changed.slice(4)).toEqual([true, true, true]);
  model.dispose();
});

test('every matrix of its blocks gets factors, and at nearly all ranks the answers stay', async () => {
  const golden = new Map(readSafetensors(read('model.safetensors')).tensors);
  const model = createTaskModel(config, golden);
  const texts = Array.from({ length: 12 }, (_, row) => ({ ids: Array.from({ length: 14 }, (__, i) => 5 + ((row * 31 + i * 7) % 90)) })); // prettier-ignore
  const { model: factored, matrices } = await factoriseModel(model, texts, { ranks: uniformRanks(4, 0.999), method: 'plain' }); // prettier-ignore
  expect(matrices.map(({ name }) => name.replace(/^.*layer\.\d\./, '')).slice(0, matrices.length / 4)).toEqual([
    'attention.self.query.weight',
    'attention.self.key.weight',
    'attention.self.value.weight',
    'attention.output.dense.weight',
    'ffn.0.intermediate.dense.weight',
    'ffn.0.output.dense.weight',
    'ffn.1.intermediate.dense.weight',
    'ffn.1.output.dense.weight',
    'intermediate.dense.weight',
    'output.dense.weight',
  ]);
  const [whole, near, far] = await Promise.all(
    [{}, { ranks: uniformRanks(4, 0.999) }, { ranks: uniformRanks(4, 0.2) }].map((point) =>
      factored.run(texts, { point }),
    ),
  );
  const apart = (other: ArrayLike<number> = []): number => gap(whole ?? [], other);
  expect(apart(near)).toBeLessThan(apart(far));
  const { kernel } = model.encoder.blocks[0]?.between?.[1]?.output as DenseWeights;
  const rank = rankOf(0.2, ...kernel.shape) ?? 0;
  expect(rank).toBeLessThan(16);
  expect(factored.macs(20, { ranks: uniformRanks(4, 0.2) })).toBeLessThan(model.macs(20, {}));
  factored.dispose();
  model.dispose();
});

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import { createTaskModel } from '../model/task-model.js';
import { batchesOf, readGoldenFiles } from '../testing/golden-files.js';
import type { TensorData } from '../weights/safetensors.js';
import type { ModelConfig } from './model-config.js';
import { architectureOf } from './registry.js';

/** What Hugging Face transformers 5.17 writes of the model of the golden numbers. */
const byUsualKeys: ModelConfig = {
  architectures: ['NomicBertForSequenceClassification'],
  attention_probs_dropout_prob: 0,
  classifier_dropout: null,
  head_dim: 8,
  hidden_act: 'silu',
  hidden_dropout_prob: 0,
  hidden_size: 32,
  initializer_range: 0.02,
  intermediate_size: 64,
  layer_norm_eps: 1e-12,
  max_position_embeddings: 48,
  model_type: 'nomic_bert',
  num_attention_heads: 4,
  num_hidden_layers: 4,
  pad_token_id: 0,
  rope_parameters: { rope_theta: 1000, rope_type: 'default' },
  type_vocab_size: 2,
  vocab_size: 97,
};
const labels = { '0': 'entailment', '1': 'neutral', '2': 'contradiction' };
const golden = readGoldenFiles('nomic_bert', (file) => readFile(path.join(__dirname, '../../fixtures/golden', file)));

const renamed = (weights: ReadonlyMap<string, TensorData>, prefix: string): Map<string, TensorData> =>
  new Map([...weights].map(([name, tensor]) => [name.replace(/^bert\./, prefix), tensor]));

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

test.each(['nomic_bert.', ''])(
  'files with the usual keys and the prefix "%s" give what older files give',
  async (prefix) => {
    const files = await golden;
    const inputs = batchesOf(files).padded;
    const older = createTaskModel(files.config, files.weights);
    const newer = createTaskModel({ ...byUsualKeys, id2label: labels }, renamed(files.weights, prefix));
    const point = { lengths: [0.9, 0.8, 0.6, 0.4] };
    expect(await newer.run(inputs, { point })).toEqual(await older.run(inputs, { point }));
    expect(newer.initialised).toEqual(older.initialised);
    older.dispose();
    newer.dispose();
  },
);

test('its sizes are written in the keys that they were read by', () => {
  const { dimensions, config, layersKey } = architectureOf(byUsualKeys);
  expect(layersKey).toBe('num_hidden_layers');
  const written = config(dimensions(byUsualKeys));
  expect(written).toMatchObject({ hidden_size: 32, rope_parameters: { rope_theta: 1000 }, hidden_act: 'silu' });
  expect(dimensions(written)).toEqual(dimensions(byUsualKeys));
});

test.each<[ModelConfig, RegExp]>([
  [{ rope_parameters: { rope_type: 'yarn', factor: 4 } }, /"rope_type" is "yarn"; supported: "default"/],
  [{ hidden_act: 'gelu' }, /"hidden_act" is "gelu"; supported: silu/],
  [{ head_dim: 16 }, /"head_dim" is 16; supported: 8/],
  [{ num_experts: 8, qkv_proj_bias: true }, /"num_experts" is 8; supported: 0/],
])('what it has in a form that is not implemented is refused by its key (%#)', (changed, message) => {
  const config = { ...byUsualKeys, ...changed };
  expect(() => architectureOf(config).dimensions(config)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
  );
});

import * as tf from '@tensorflow/tfjs';
import type { SafetensorsDtype, TensorData } from '../weights/safetensors.js';
import { saveParameters } from '../architectures/parameters.js';
import { createTaskModel } from './task-model.js';
import { regression } from '../tasks/regression.js';
import { tinyConfig } from '../testing/tiny-model.js';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
});

const tensorsOf = async (): Promise<Map<string, TensorData>> => {
  const model = createTaskModel(tinyConfig, new Map(), { fresh: true });
  const tensors = await saveParameters(model.parameters);
  model.dispose();
  return tensors;
};
const logitsOf = (tensors: ReadonlyMap<string, TensorData>, options = {}): number[] => {
  const model = createTaskModel(tinyConfig, tensors, options);
  const values = tf.tidy(() => Array.from(model.logits([{ ids: [2, 5, 17, 3] }]).dataSync()));
  model.dispose();
  return values;
};

test('saved weights are the weights: same logits, no tensors left', async () => {
  const before = tf.memory().numTensors;
  const tensors = await tensorsOf();
  const logits = logitsOf(tensors);
  expect(logits).toHaveLength(2);
  expect(logitsOf(tensors)).toEqual(logits);
  expect(tf.memory().numTensors).toBe(before);
});

test('run gives the logits of a batch, row after row, and leaves no tensors', async () => {
  const model = createTaskModel(tinyConfig, await tensorsOf());
  const inputs = [{ ids: [2, 5, 17, 3] }, { ids: [2, 9, 3] }];
  const before = tf.memory().numTensors;
  for (const config of [undefined, [0.75, 0.5, 0.5]]) {
    const expected = tf.tidy(() => Float32Array.from(model.logits(inputs, { config }).dataSync()));
    expect(await model.run(inputs, { point: { lengths: config } })).toEqual(expected);
    expect(expected).toHaveLength(4);
  }
  expect(tf.memory().numTensors).toBe(before);
  expect(model).toMatchObject({ engine: 'tfjs', batchTokens: 1024 });
  model.dispose();
});

test('a checkpoint without the encoder prefix is the same model', async () => {
  const tensors = await tensorsOf();
  const bare = new Map([...tensors].map(([name, tensor]) => [name.replace(/^bert\./, ''), tensor]));
  expect(logitsOf(bare)).toEqual(logitsOf(tensors));
});

test('a new head is made when the checkpoint has none, from the seed', async () => {
  const tensors = await tensorsOf();
  for (const name of [...tensors.keys()]) if (/^(classifier|bert\.pooler)/.test(name)) tensors.delete(name);
  const model = createTaskModel(tinyConfig, tensors, { task: regression() });
  expect(model.initialised).toEqual([
    'bert.pooler.dense.weight',
    'bert.pooler.dense.bias',
    'classifier.weight',
    'classifier.bias',
  ]);
  expect(model.config).toMatchObject({ problem_type: 'regression', architectures: ['BertForSequenceClassification'] });
  model.dispose();
  expect(logitsOf(tensors, { seed: 1 })).toEqual(logitsOf(tensors, { seed: 1 }));
  expect(logitsOf(tensors, { seed: 1 })).not.toEqual(logitsOf(tensors, { seed: 2 }));
});

test('broken checkpoints are refused, and nothing of them stays in memory', async () => {
  const tensors = await tensorsOf();
  const before = tf.memory().numTensors;
  const with_ = (name: string, tensor: TensorData | undefined) => {
    const copy = new Map(tensors);
    if (tensor) copy.set(name, tensor);
    else copy.delete(name);
    return () => createTaskModel(tinyConfig, copy);
  };
  const dtype: SafetensorsDtype = 'F32';
  expect(with_('bert.encoder.layer.1.output.dense.bias', undefined)).toThrow(
    expect.objectContaining({ code: 'TENSOR_MISSING' }) as Error,
  );
  expect(with_('classifier.weight', { shape: [3, 32], data: new Float32Array(96), dtype })).toThrow(
    /"classifier.weight" has shape \[3, 32\] but config.json asks for \[2, 32\]/,
  );
  expect(tf.memory().numTensors).toBe(before);
});

test.each([
  [{ ...tinyConfig, model_type: 'reformer' }, /model_type "reformer" is not supported .*; known: bert/],
  [{ ...tinyConfig, hidden_act: 'mish' }, /"hidden_act" is "mish"; supported: gelu/],
  [{ ...tinyConfig, problem_type: 'ranking' }, /"problem_type" is "ranking"; supported/],
  [{ ...tinyConfig, hidden_size: 'wide' }, /"hidden_size" is "wide"; expected a number/],
])('configurations that are not implemented are refused (%#)', (config, message) => {
  expect(() => createTaskModel(config, new Map(), { fresh: true })).toThrow(message);
});

import { attentionReducer, clsAttentionReducer, skimReducer } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import { createStudent } from './create-student.js';
import { saveParameters } from '../../architectures/parameters.js';
import type { TaskModel } from '../../model/task-model.js';
import { createTaskModel } from '../../model/task-model.js';
import { sequenceClassification } from '../../tasks/sequence-classification.js';
import { tinyConfig } from '../../testing/tiny-model.js';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

const distilbertConfig = {
  model_type: 'distilbert',
  vocab_size: 40,
  dim: 32,
  n_layers: 3,
  n_heads: 4,
  hidden_dim: 64,
  max_position_embeddings: 32,
  initializer_range: 0.1,
};

const valuesOf = async ({ parameters }: TaskModel): Promise<Map<string, number[]>> =>
  new Map([...(await saveParameters(parameters))].map(([name, { data }]) => [name, Array.from(data)]));

describe.each([
  ['bert', tinyConfig, 'bert.encoder.layer'],
  ['distilbert', distilbertConfig, 'distilbert.transformer.layer'],
])('createStudent of a %s', (_, config, prefix) => {
  test('from layers: the embeddings, these layers and the head, as they are', async () => {
    const before = tf.memory().numTensors;
    const teacher = createTaskModel(config, new Map(), { fresh: true, task: sequenceClassification(['a', 'b', 'c']) });
    teacher.markTrained();
    const student = await createStudent(teacher, { layers: [0, 2] });
    expect(student.dimensions).toEqual({ ...teacher.dimensions, layers: 2 });
    expect(student.task.labels).toEqual(['a', 'b', 'c']);
    expect(student.initialised).toEqual([]);
    const [own, theirs] = [await valuesOf(student), await valuesOf(teacher)];
    expect(own.size).toBe(theirs.size - 16);
    for (const [name, values] of own) expect(values).toEqual(theirs.get(name.replace(`${prefix}.1.`, `${prefix}.2.`)));

    student.dispose();
    expect((await valuesOf(teacher)).get(teacher.wordTable)).toEqual(theirs.get(teacher.wordTable)); // nothing was shared
    teacher.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('from nothing: a BERT of any shape, with the vocabulary and the task of its teacher', async () => {
    const teacher = createTaskModel(config, new Map(), { fresh: true, task: sequenceClassification(['a', 'b', 'c']) });
    const small = await createStudent(teacher, {
      shape: { layers: 1, hiddenSize: 8, heads: 2, intermediateSize: 16 },
      seed: 5,
    });
    const again = await createStudent(teacher, {
      shape: { layers: 1, hiddenSize: 8, heads: 2, intermediateSize: 16 },
      seed: 5,
    });
    expect(small.dimensions).toMatchObject({
      layers: 1,
      hiddenSize: 8,
      heads: 2,
      intermediateSize: 16,
      vocabulary: 40,
      positions: 32,
      types: 2,
    });
    expect(small.config).toMatchObject({
      model_type: 'bert',
      architectures: ['BertForSequenceClassification'],
      id2label: { 2: 'c' },
    });
    expect(await valuesOf(again)).toEqual(await valuesOf(small));
    for (const model of [teacher, small, again]) model.dispose();
  });
});

test('layers that are not there are refused, and a head that was never trained is new in the student too', async () => {
  const teacher = createTaskModel(tinyConfig, new Map(), { fresh: true });
  for (const layers of [[], [2, 1], [3], [0.5]])
    await expect(createStudent(teacher, { layers })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  teacher.markTrained(teacher.initialised.filter((name) => !name.startsWith('classifier.')));
  expect(teacher.initialised).toEqual(['classifier.weight', 'classifier.bias']);
  const student = await createStudent(teacher, { layers: [1] });
  expect(student.initialised).toEqual(['classifier.weight', 'classifier.bias']);
  student.dispose();
  teacher.dispose();
});

test('a published shape of TinyBERT', async () => {
  const teacher = createTaskModel(tinyConfig, new Map(), { fresh: true });
  const student = await createStudent(teacher, { shape: '4L-312' });
  expect(student.dimensions).toMatchObject({ layers: 4, hiddenSize: 312, heads: 12, intermediateSize: 1200 });
  expect(student.config).toMatchObject({
    model_type: 'bert',
    vocab_size: teacher.dimensions.vocabulary,
    hidden_act: 'gelu',
    layer_norm_eps: 1e-12,
    pad_token_id: 0,
  });
  student.dispose();
  teacher.dispose();
});

test("its tokens are ranked by the teacher's reducer", async () => {
  const teacher = createTaskModel(tinyConfig, new Map(), { fresh: true, reducer: clsAttentionReducer() });
  teacher.markTrained();
  const shape = { layers: 1, hiddenSize: 8, heads: 2, intermediateSize: 16 };
  const students = [await createStudent(teacher, { layers: [0, 2] }), await createStudent(teacher, { shape })];
  expect(students.map(({ reducer }) => reducer)).toEqual([clsAttentionReducer(), clsAttentionReducer()]);
  for (const model of [teacher, ...students]) model.dispose();
});

test('what a reducer has learned of its teacher stays there: attention ranks its tokens', async () => {
  const teacher = createTaskModel(tinyConfig, new Map(), { fresh: true, reducer: skimReducer() });
  teacher.markTrained();
  const shape = { layers: 1, hiddenSize: 8, heads: 2, intermediateSize: 16 };
  const students = [await createStudent(teacher, { layers: [0, 2] }), await createStudent(teacher, { shape })];
  for (const { reducer, parameters } of students) {
    expect(reducer).toBe(attentionReducer());
    expect(parameters.filter(({ spec }) => spec.name.startsWith('reducer'))).toEqual([]);
  }
  for (const model of [teacher, ...students]) model.dispose();
});

import * as tf from '@tensorflow/tfjs';
import { checkReadable } from './check-readable.js';
import { encodeExamples } from './encode-examples.js';
import { ModelError } from './errors.js';
import { toInt8Weights } from './int8-weights.js';
import { readModelDirectory } from './model-directory.js';
import { openModel, openTrainedModel } from './model-files.js';
import { createPredictor } from './predictor.js';
import { readSafetensors } from './safetensors.js';
import { sequenceClassification } from './tasks/sequence-classification.js';
import { caseFiles, caseText, editSafetensors, modelCases } from './testing/model-cases.js';
import type { ModelCase } from './testing/model-cases.js';
import { memorySource, tinyConfig, tinyFiles } from './testing/tiny-model.js';
import { writeSafetensors } from './write-safetensors.js';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
});

const open = (odd: ModelCase) => openTrainedModel(memorySource(caseFiles(odd)));
const isRight = ({ error }: ModelCase): boolean => error === undefined;

describe.each(modelCases.filter(isRight).map((odd): [string, ModelCase] => [odd.name, odd]))('model folder %s', (_, odd) => {
  test('answers as the reference does', async () => {
    const { model, tokenizer, notes = [] } = await open(odd);
    const { ids, typeIds } = tokenizer.encode(caseText);
    const logits = Array.from(await model.run([{ ids, typeIds }]));
    expect(logits).toHaveLength(3);
    (odd.logits ?? []).forEach((right, i) => expect(logits[i]).toBeCloseTo(right, 4));
    if (odd.labels) expect(model.task.labels).toEqual(odd.labels);
    expect(notes).toEqual((odd.notes ?? []).map((note) => expect.stringContaining(note)));
    model.dispose();
  });

  test('gives every class its probability', async () => {
    const predictor = createPredictor(await open(odd));
    const [{ label, probabilities = {} } = { label: '' }] = await predictor.predict([caseText]);
    const powers = (odd.logits ?? []).map(Math.exp);
    const sum = powers.reduce((total, power) => total + power, 0);
    const given = predictor.labels.map((name) => probabilities[name]);
    expect(Object.keys(probabilities)).toHaveLength(3);
    powers.forEach((power, i) => expect(given[i]).toBeCloseTo(power / sum, 4));
    expect(label).toBe(predictor.labels[1]);
    predictor.dispose();
  });
});

const caseOf = (name: string): ModelCase => modelCases.find((odd) => odd.name === name) ?? { name };

describe('a tokenizer larger than the table of embeddings', () => {
  test('a text that needs what the table lacks is refused by name, alone and in a list; others are answered', async () => {
    const predictor = createPredictor(await open(caseOf('tok-larger')));
    const refusal = { name: 'ModelError', code: 'TEXT_UNSUPPORTED', message: expect.stringMatching(/needs the token "zebra" \(id 83\): the tokenizer has 85 ids, and the model embeddings for 83/) };
    await expect(predictor.predict(['the zebra is great'])).rejects.toMatchObject(refusal);
    await expect(predictor.countTokens('the zebra is great')).rejects.toMatchObject(refusal);
    await expect(predictor.inspect('the zebra is great')).rejects.toMatchObject(refusal);
    expect(await predictor.predict([caseText, 'the phone'])).toHaveLength(2);
    predictor.dispose();
  });

  test('an example to train on is refused by its number', async () => {
    const { model, tokenizer } = await open(caseOf('tok-larger'));
    const examples = [{ text: 'the phone', label: 'LABEL_0' }, { text: 'quagga', label: 'LABEL_1' }];
    expect(() => encodeExamples(tokenizer, model.task, examples)).toThrow(expect.objectContaining({ code: 'TEXT_UNSUPPORTED', message: expect.stringMatching(/^Example 2: .*"quagga" \(id 84\)/) }));
    model.dispose();
  });
});

test('a model of one segment reads texts, and refuses pairs that its tokenizer gives two', async () => {
  const files = await tinyFiles({ ...tinyConfig, type_vocab_size: 1 });
  const predictor = createPredictor(await openTrainedModel(memorySource(files)));
  expect(await predictor.predict(['the phone works'])).toHaveLength(1);
  await expect(predictor.predict([['the phone', 'it works']])).rejects.toMatchObject({ code: 'TEXT_UNSUPPORTED', message: expect.stringMatching(/segment 1, and the model has one segment, 0 \(type_vocab_size/) });
  predictor.dispose();
});

describe('weights with tensors that are not read', () => {
  test('in shards', async () => {
    const { 'model.safetensors': whole = '', ...files } = caseFiles(caseOf('extra-u16'));
    const half = caseFiles({ name: 'half', tensor: { name: 'other', dtype: 'F8_E5M2', shape: [1], bytes: [0] } })['model.safetensors'] ?? '';
    const map = { 'classifier.weight': '1.safetensors', 'extra.c': '1.safetensors', other: '2.safetensors' };
    const source = memorySource({ ...files, '1.safetensors': whole, '2.safetensors': half, 'model.safetensors.index.json': JSON.stringify({ weight_map: map }) });
    const { model, notes } = await openTrainedModel(source);
    expect(notes).toEqual([expect.stringContaining('tensor "extra.c" (U16), tensor "other" (F8_E5M2)')]);
    model.dispose();
  });

  test('as 8-bit integers', async () => {
    const { 'model.safetensors': whole = '', ...files } = caseFiles(caseOf('extra-u16'));
    const { tensors } = readSafetensors(whole as Uint8Array, { onUnread: () => undefined });
    const stored = editSafetensors(writeSafetensors(toInt8Weights(tensors)), { tensor: { name: 'extra.c', dtype: 'U16', shape: [2], bytes: [0, 0, 0, 0] } });
    const { model, notes } = await openTrainedModel(memorySource({ ...files, 'model.safetensors': stored }));
    expect(notes).toEqual([expect.stringContaining('"extra.c" (U16)')]);
    model.dispose();
  });

  test('what cannot be read of a head is no matter to who replaces the head', async () => {
    const source = memorySource(caseFiles(caseOf('needed-head-u16')));
    const { model } = await openModel(source, { task: sequenceClassification(['a', 'b']) });
    expect(model.initialised).toEqual(['classifier.weight', 'classifier.bias']);
    model.dispose();
    await expect(openModel(source)).rejects.toMatchObject({ code: 'SAFETENSORS_INVALID', message: expect.stringMatching(/classifier\.bias.*U16/) });
  });

  test('a directory says whether what it needs could be read', async () => {
    const read = async (name: string) => readModelDirectory(memorySource(caseFiles(caseOf(name))));
    expect(checkReadable(await read('base'))).toBeUndefined();
    expect(checkReadable(await read('extra-u16'))).toBeUndefined();
    for (const name of ['needed-f8', 'needed-head-u16', 'needed-int8-without-scale']) {
      const directory = await read(name);
      expect(() => checkReadable(directory)).toThrow(ModelError);
    }
  });
});

test('names of classes that are the same are refused where a program gives them', () => {
  expect(() => sequenceClassification(['a', 'b', 'a'])).toThrow(expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringContaining('"a" twice') }));
});

test.each(modelCases.filter((odd) => !isRight(odd)).map((odd): [string, ModelCase] => [odd.name, odd]))('model folder %s is refused', async (_, odd) => {
  await expect(open(odd)).rejects.toMatchObject({ name: 'ModelError', message: expect.stringMatching(new RegExp(odd.error ?? '^$', 's')) });
});

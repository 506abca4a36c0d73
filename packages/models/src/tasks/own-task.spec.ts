/** A task that is one file of somebody else's: registered, it is trained, scored, saved, opened and asked like any other. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import '../../examples/repeats.js';
import { dataKindOf, guessDataKind } from '../examples/data-kinds.js';
import { encodeExamples } from '../examples/encode-examples.js';
import { openModel, openTrainedModel, saveModel } from '../model/open-model.js';
import type { TextModel } from '../model/open-model.js';
import { predictLogits } from '../model/predict-logits.js';
import { createPredictor } from '../predictor/predictor.js';
import { evaluate } from '../scoring/evaluate.js';
import { searchLengths } from '../search/length-search.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { memorySource, tinyFiles, tinyVocabulary } from '../testing/tiny-model.js';
import { fineTune } from '../training/fine-tune.js';
import { multiLabelClassification } from './multi-label-classification.js';
import { calledTask, findTask, makeTask, registerTask, taskDefinitionOf, taskDefinitions } from './registry.js';
import { configFor, taskOf } from './task-config.js';
import { distillationLoss, taskLoss } from './tensor-losses.js';

const folder = temporaryFolder();
const bert = { classPrefix: 'Bert', modelType: 'bert' };
let opened: TextModel;

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
  opened = await openModel(memorySource(await tinyFiles()), { task: makeTask('repeats') });
});
afterAll(() => opened.model.dispose());

/** Texts in which one word comes two to four times among others. */
const textsOf = (count: number, seed: number): string[] => {
  const random = createRandom(seed);
  const words = tinyVocabulary.slice(5);
  return Array.from({ length: count }, () => {
    const word = words[random.integer(0, words.length - 1)] ?? '';
    const others = Array.from({ length: random.integer(2, 6) }, () => words[random.integer(0, words.length - 1)] ?? '');
    return [...others, ...new Array<string>(random.integer(2, 4)).fill(word)].join(' ');
  });
};

test('is found by its name and by its config.json, before those that are built in', () => {
  const called = taskDefinitions().map(calledTask);
  expect(called.slice(0, 2)).toEqual(['classification', 'multi-label-classification']);
  expect(called.at(-1)).toBe('repeats');
  expect(findTask('ner')?.name).toBe('token-classification');
  expect(findTask('guessing')).toBeUndefined();
  const { config } = opened.model;
  expect(config).toMatchObject({ architectures: ['BertForTokenClassification'], length_adaptive_task: 'repeats' });
  expect(taskOf(config).name).toBe('repeats');
  const { length_adaptive_task: _, ...without } = config;
  expect(taskOf(without).name).toBe('token-classification');
});

test('nothing of it stays in the config.json of a model that changes its task', () => {
  const changed = configFor(opened.model.config, bert, multiLabelClassification(['a', 'b']));
  expect(changed).not.toHaveProperty('length_adaptive_task');
  expect(taskOf(changed)).toMatchObject({ name: 'multi-label-classification', labels: ['a', 'b'] });
});

test('two tasks of one name are refused, and so is a name that nobody has', () => {
  const definition = { ...taskDefinitionOf('repeats') };
  expect(() => registerTask(definition)).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringMatching(/a task "repeats" already/) }),
  );
  expect(() => registerTask({ ...definition, name: 'counts', aliases: ['ner'] })).toThrow(/a task "ner" already/);
  expect(() => makeTask('counts')).toThrow(/no task "counts"; known: classification, .*, repeats\. One of your own/);
});

test('its data file is read and made into inputs by itself, without targets', () => {
  const path = join(folder, 'texts.txt');
  writeFileSync(path, 'the phone is the phone\r\n\nfine\n');
  const text = readFileSync(path, 'utf8');
  expect(guessDataKind(path, text).name).toBe('texts'); // it does not claim files that nobody names it for
  const { task } = opened.model;
  const items = dataKindOf(task).parse(text, path, {});
  expect(items).toEqual(['the phone is the phone', 'fine']);
  const [first, second] = task.encode(opened.tokenizer, items);
  expect(first).toEqual({ input: { ids: [2, 15, 17, 23, 15, 17, 3], typeIds: [0, 0, 0, 0, 0, 0, 0] } });
  expect(task.encode(opened.tokenizer, items, { maxLength: 4 })[0]?.input.ids).toHaveLength(4);
  const { labels, labelShape, weights } = task.targets([first, second].flatMap((example) => example ?? []));
  expect(labelShape).toEqual([2, 7, 1]);
  expect(Array.from(labels)).toEqual([1, 2, 2, 1, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0]);
  expect(Array.from(weights.slice(0, 11), (weight) => weight > 0)).toEqual([
    ...new Array<boolean>(10).fill(true),
    false,
  ]);
  expect(() => encodeExamples(opened.tokenizer, task, [{ text: 'fine', label: 'good' }])).toThrow(
    /The task is repeats, which does not read texts with labels/,
  );
});

test('its own losses are what is computed: a Poisson regression, and a divergence that is 0 between equals', () => {
  const { task } = opened.model;
  const batch = task.encode(opened.tokenizer, ['the phone is the phone', 'fine']);
  const logits = tf.tensor3d(
    Array.from({ length: 14 }, (_, i) => Math.sin(i)),
    [2, 7, 1],
  );
  const counts = [1, 2, 2, 1, 2, 2, 1, 1, 1, 1];
  const expected = counts.reduce((sum, count, i) => sum + (Math.exp(Math.sin(i)) - count * Math.sin(i)) / 10, 0);
  const before = tf.memory().numTensors;
  const loss = taskLoss(task, logits, batch);
  expect(loss.dataSync()[0]).toBeCloseTo(expected, 5);
  const same = distillationLoss(task, logits, logits, batch);
  expect(same.dataSync()[0]).toBeCloseTo(0, 6);
  const other = distillationLoss(task, logits, tf.zeros([2, 7, 1]), batch);
  expect(other.dataSync()[0]).toBeGreaterThan(0.01);
  tf.dispose([loss, same, other]);
  expect(tf.memory().numTensors).toBe(before + 1); // the zeros
});

test('learns with LengthDrop, is searched, saved, opened again and answers', async () => {
  const { model, tokenizer } = opened;
  const [train, dev] = [model.task.encode(tokenizer, textsOf(96, 1)), model.task.encode(tokenizer, textsOf(32, 2))];
  const before = await evaluate(model, dev);
  const losses: number[] = [];
  await fineTune(
    model,
    { train },
    {
      epochs: 8,
      batchSize: 16,
      learningRate: 3e-3,
      dropout: 0,
      lengthDrop: {},
      onStep: ({ loss }) => losses.push(loss),
    },
  );
  expect(losses.at(-1)).toBeLessThan(losses[0] as number);
  const after = await evaluate(model, dev);
  expect(after).toBeGreaterThan(Math.max(0.6, before + 0.2));
  expect(await evaluate(model, dev, { metric: 'fidelity' })).toBeCloseTo(1, 6);
  await expect(evaluate(model, dev, { metric: 'accuracy' })).rejects.toMatchObject({ code: 'OPTION_INVALID' });

  const { paretoSet } = await searchLengths(model, dev, { populationSize: 8, generations: 2, seed: 1 });
  expect(paretoSet.length).toBeGreaterThan(0);
  const saved = join(folder, 'model');
  await saveModel(saved, { ...opened, lengthAdaptive: { format: 'length-adaptive', version: 2, paretoSet } });
  const again = await openTrainedModel(saved);
  expect(again.model.task.name).toBe('repeats');
  const predictor = createPredictor(again);
  const text = 'it is a very very very good phone';
  const [answer] = await predictor.predict([text]);
  const encoding = tokenizer.encode(text);
  const [logits = new Float32Array()] = await predictLogits(model, [encoding]);
  const highest = Math.max(...logits);
  expect(answer?.score).toBeCloseTo(Math.exp(highest), 4);
  expect(answer?.label).toBe(encoding.tokens[logits.indexOf(highest)]);
  await expect(predictor.predict([['a', 'b']])).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  await expect(predictor.predict([{ ids: [2, 5, 3] }])).rejects.toThrow(/answers in words of the text/);
  predictor.dispose();
});

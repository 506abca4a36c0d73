import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import type { Example } from '../datasets/dataset.js';
import { encodeExamples } from '../examples/encode-examples.js';
import { evaluate } from '../scoring/evaluate.js';
import { fineTune } from './fine-tune.js';
import { searchLengths } from '../search/length-search.js';
import { openModel, openTrainedModel, saveModel } from '../model/open-model.js';
import { load } from '../predictor/load.js';
import { createPredictor } from '../predictor/predictor.js';
import { taskOf } from '../tasks/task-config.js';
import { multiLabelClassification } from '../tasks/multi-label-classification.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { memorySource, tinyFiles, tinyVocabulary } from '../testing/tiny-model.js';

const folder = join(__dirname, '../../fixtures/cases/models/multilabel');
const own = temporaryFolder();

/** Logits of Hugging Face transformers on `the phone is great`. */
const reference = [1.80743, 4.35101, 0.96697];
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

describe('a model of another tool with problem_type multi_label_classification', () => {
  test('gives independent probabilities', async () => {
    const predictor = await load(folder);
    expect(predictor).toMatchObject({ task: 'multi-label-classification', labels: ['LABEL_0', 'LABEL_1', 'LABEL_2'] });
    const [answer] = await predictor.predict(['the phone is great']);
    Object.values(answer?.probabilities ?? {}).forEach((probability, i) =>
      expect(probability).toBeCloseTo(sigmoid(reference[i] ?? 0), 4),
    );
    expect(answer?.label).toBe('LABEL_0, LABEL_1, LABEL_2');
    expect(answer?.labels?.map(({ label }) => label)).toEqual(['LABEL_1', 'LABEL_0', 'LABEL_2']);
    const [sure] = await predictor.predict(['the phone is great'], { threshold: 0.8 });
    expect(sure?.labels?.map(({ label }) => label)).toEqual(['LABEL_1', 'LABEL_0']);
    await expect(predictor.predict(['a'], { threshold: -1 })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    predictor.dispose();
  });

  test('is written back as what it was, also with one label alone', async () => {
    const opened = await openModel(folder);
    await saveModel(join(own, 'copy'), opened);
    opened.model.dispose();
    const written = JSON.parse(readFileSync(join(own, 'copy/config.json'), 'utf8')) as Record<string, unknown>;
    expect(written).toMatchObject({
      problem_type: 'multi_label_classification',
      architectures: ['BertForSequenceClassification'],
      id2label: { 0: 'LABEL_0', 1: 'LABEL_1', 2: 'LABEL_2' },
    });
    expect(taskOf({ problem_type: 'multi_label_classification', id2label: { 0: 'toxic' } })).toMatchObject({
      name: 'multi-label-classification',
      readout: { outputs: 1 },
    });
  });
});

const [good, bad, rest] = [tinyVocabulary.slice(5, 10), tinyVocabulary.slice(10, 15), tinyVocabulary.slice(15)];

/** Texts with a word of praise, of blame, both or neither among others. */
const opinions = (count: number): Example[] => {
  const random = createRandom(5);
  const pick = (words: readonly string[]): string => words[random.integer(0, words.length - 1)] ?? '';
  return Array.from({ length: count }, (_, i) => {
    const words = Array.from({ length: random.integer(3, 7) }, () => pick(rest));
    const kinds = [
      ['praise', good],
      ['blame', bad],
    ] as const;
    const given = kinds.filter((__, kind) => (i >> kind) % 2 === 1);
    for (const [, opinion] of given) words.splice(random.integer(0, words.length), 0, pick(opinion));
    return { text: words.join(' '), labels: given.map(([label]) => label) };
  });
};

test('a rule of two labels is learned with LengthDrop, searched, and answered under budgets', async () => {
  const task = multiLabelClassification(['praise', 'blame']);
  const opened = await openModel(memorySource(await tinyFiles()), { task });
  const { model, tokenizer } = opened;
  const data = encodeExamples(tokenizer, task, opinions(168));
  const [train, dev] = [data.slice(0, 128), data.slice(128)];
  const { best } = await fineTune(
    model,
    { train, dev },
    { epochs: 10, batchSize: 8, learningRate: 3e-3, seed: 1, lengthDrop: { dropRatioBound: 0.3 } },
  );
  expect(best?.evaluation.full).toBe(await evaluate(model, dev, { metric: 'f1_micro' }));
  expect(best?.evaluation.full).toBeGreaterThan(0.9);
  expect(await evaluate(model, dev, { metric: 'average_precision' })).toBeGreaterThan(0.9);
  expect(await evaluate(model, dev, { metric: 'fidelity' })).toBeCloseTo(1, 9);

  const { paretoSet } = await searchLengths(model, dev, { generations: 2, populationSize: 8, seed: 2 });
  expect(paretoSet[0]?.cost).toBeLessThan(0.9);
  const lengthAdaptive = { format: 'length-adaptive', version: 2, paretoSet } as const;
  await saveModel(join(own, 'opinions'), { ...opened, lengthAdaptive });
  model.dispose();

  const predictor = createPredictor(await openTrainedModel(join(own, 'opinions')));
  const answers = await predictor.predict(['a good phone and it is sad', 'the phone is very nice', 'it is a case'], {
    budget: { minScore: 0.9 },
  });
  expect(answers.map(({ label }) => label)).toEqual(['praise, blame', 'praise', '']);
  const [cheap] = await predictor.predict(['a good phone and it is sad'], { budget: { cost: 0.9 } });
  expect(cheap?.cost).toBeLessThanOrEqual(0.9);
  expect(Object.keys(cheap?.probabilities ?? {})).toEqual(['praise', 'blame']);
  predictor.dispose();
});

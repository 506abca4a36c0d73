import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { openDeferredModel } from '../model/open-deferred-model.js';
import { openModel, openTrainedModel, saveModel } from '../model/open-model.js';
import { createTaskModel } from '../model/task-model.js';
import { createPredictor } from '../predictor/predictor.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { memorySource, tinyConfig, tinyFiles, tinyVocabulary } from '../testing/tiny-model.js';
import { createTokenizer } from '../tokenizer/tokenizer.js';
import { fineTune } from '../training/fine-tune.js';
import type { LabelledInput } from './labelled-input.js';
import { regression } from './regression.js';
import { documentWindows } from './document-windows.js';
import { rerank } from './rerank.js';
import { taskOf } from './task-config.js';
import { distillationLoss, taskLoss } from './tensor-losses.js';

const task = rerank();
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const example = (target: number): LabelledInput => ({ input: { ids: new Int32Array(4) }, target });
const valueOf = (loss: () => tf.Scalar): number => tf.tidy(() => loss().arraySync());
const one = { architectures: ['BertForSequenceClassification'], id2label: { 0: 'LABEL_0' } };
const folder = temporaryFolder();

beforeAll(() => tf.setBackend('cpu'));

describe('what a checkpoint says', () => {
  test.each([
    ['one label and no word of a problem', one, 'rerank', 'sigmoid'],
    [
      'a count of labels',
      { architectures: ['DistilBertForSequenceClassification'], num_labels: 1 },
      'rerank',
      'sigmoid',
    ],
    [
      'an activation, as older tools write it',
      { ...one, sbert_ce_default_activation_function: 'torch.nn.modules.linear.Identity' },
      'rerank',
      'raw',
    ],
    [
      'an activation, as newer tools write it',
      { ...one, sentence_transformers: { activation_fn: 'torch.nn.modules.linear.Identity', version: '4.0.1' } },
      'rerank',
      'raw',
    ],
    ['a regression', { ...one, problem_type: 'regression' }, 'regression', undefined],
    ['two labels', { ...one, id2label: { 0: 'no', 1: 'yes' } }, 'sequence-classification', undefined],
  ])('%s', (_, config, name, scale) => {
    const found = taskOf(config);
    expect(found.name).toBe(name);
    expect((found as { scale?: string }).scale).toBe(scale);
  });

  test('an activation that is not known is refused', () => {
    expect(() => taskOf({ ...one, sbert_ce_default_activation_function: 'torch.nn.Tanh' })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(/"torch.nn.Tanh"; supported/) }),
    );
  });
});

test('labels are relevances, answers probabilities or logits', () => {
  expect(task.target('1')).toBe(1);
  expect(task.target(0.25)).toBe(0.25);
  for (const wrong of ['good', 2, '-1', ''])
    expect(() => task.target(wrong)).toThrow(expect.objectContaining({ code: 'LABEL_UNKNOWN' }));
  expect(task.answer([2]).score).toBeCloseTo(sigmoid(2), 12);
  expect(rerank('raw').answer([2])).toEqual({ label: '2', score: 2 });
  expect(task.probability?.([2], example(0))).toBeCloseTo(sigmoid(-2), 12);
  expect(task.divergence([2], [4], example(1))).toBe(0.5);
});

test('metrics, and those it does not have', () => {
  const logits = [[2], [-1], [1], [-3]];
  const examples = [1, 0, 0, 1].map(example);
  expect(task.score('accuracy', logits, examples)).toBe(0.5);
  expect(task.score('f1', logits, examples)).toBe(0.5);
  expect(task.score('average_precision', logits, examples)).toBeCloseTo((1 + 2 / 4) / 2, 12);
  expect(task.score('spearman', logits, examples)).toBeCloseTo(0, 12);
  expect(() => task.score('exact_match', logits, examples)).toThrow(/not scored by "exact_match"; choose average_prec/);
});

test('a single text is no example', () => {
  const tokenizer = createTokenizer({ 'vocab.txt': new TextEncoder().encode(tinyVocabulary.join('\n')) });
  expect(() => task.encode(tokenizer, [{ text: 'good', label: 1 }])).toThrow(
    expect.objectContaining({ code: 'DATA_INVALID', message: expect.stringMatching(/Example 1 is one text/) }),
  );
  const [pair] = task.encode(tokenizer, [{ text: 'good', pair: 'fine phone', label: '1' }]);
  expect(pair).toMatchObject({ target: 1, input: { typeIds: [0, 0, 0, 1, 1, 1] } });
});

describe('losses', () => {
  const rows = fc.array(
    fc.tuple(
      fc.double({ min: -9, max: 9, noNaN: true }),
      fc.double({ min: -9, max: 9, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    ),
    { minLength: 1, maxLength: 5 },
  );
  const batchOf = (cells: readonly (readonly number[])[]): LabelledInput[] =>
    cells.map(([, , target = 0]) => example(target));
  const column = (cells: readonly (readonly number[])[], at: number): number[][] =>
    cells.map((cell) => [cell[at] ?? 0]);

  test('on labels: the mean binary cross-entropy', () => {
    fc.assert(
      fc.property(rows, (cells) => {
        const expected =
          cells.reduce((sum, [x, , t]) => sum - t * Math.log(sigmoid(x)) - (1 - t) * Math.log(sigmoid(-x)), 0) /
          cells.length;
        expect(
          Math.abs(valueOf(() => taskLoss(task, tf.tensor2d(column(cells, 0)), batchOf(cells))) - expected),
        ).toBeLessThan(1e-4);
      }),
      { numRuns: 40 },
    );
  });

  test('of sub-models: the margins of all pairs, and a little of the common offset; never 0 for one logit', () => {
    fc.assert(
      fc.property(rows, (cells) => {
        const off = cells.map(([teacher, student]) => student - teacher);
        const pairs = off.flatMap((a) => off.map((b) => (a - b) ** 2));
        const margins = pairs.reduce((sum, square) => sum + square, 0) / pairs.length / 2;
        const offset = off.reduce((sum, value) => sum + value, 0) / off.length;
        const given = valueOf(() =>
          distillationLoss(task, tf.tensor2d(column(cells, 0)), tf.tensor2d(column(cells, 1)), batchOf(cells)),
        );
        expect(Math.abs(given - (margins + 0.1 * offset ** 2) / 8)).toBeLessThan(1e-4 * (1 + margins));
      }),
      { numRuns: 40 },
    );
    expect(valueOf(() => distillationLoss(task, tf.tensor2d([[1]]), tf.tensor2d([[4]]), [example(0)]))).toBeCloseTo(
      0.9 / 8,
      6,
    );
  });
});

describe('a folder with one logit', () => {
  const config = { ...tinyConfig, ...one, initializer_range: 0.3 };

  test('opens as a reranker that keeps the query and the separators in every layer', async () => {
    const { model, tokenizer, lengthAdaptive } = await openModel(memorySource(await tinyFiles(config)));
    expect(model.task.name).toBe('rerank');
    expect(model.prior).toEqual({ name: 'question-overlap', layers: 3, window: 24 });
    expect(lengthAdaptive?.prior).toEqual({ name: 'question-overlap', layers: 3, window: 24 });
    const input = tokenizer.encode('good phone works', 'the case breaks and it is very awful a film of the phone');
    const kept = await model.keptPositions(input, { lengths: [0.6, 0.5, 0.4] });
    const always = input.sequenceIds.flatMap((sequence, at) => (sequence === 1 ? [] : [at]));
    for (const layer of kept) expect(layer).toEqual(expect.arrayContaining(always));
    expect(kept[2]?.length).toBe(Math.ceil(0.4 * input.ids.length));
    model.dispose();
  });

  test.each([
    ['has points', { paretoSet: [{ point: { lengths: [0.6, 0.5, 0.4] }, score: 1, cost: 0.5 }] }, undefined],
    ['has cascades', { paretoSet: [], rerank: { cascades: [], lists: 1, documents: 2 } }, undefined],
    ['has nothing that was measured', { paretoSet: [], training: { epochs: 1 } }, 'question-overlap'],
  ])('whose file %s and names no prior ranks as it was measured', async (_, known, expected) => {
    const ours = JSON.stringify({ format: 'length-adaptive', version: 2, ...known });
    const source = memorySource({ ...(await tinyFiles(config)), 'length_adaptive.json': ours });
    const opened = await openModel(source);
    expect(opened.model.prior?.name).toBe(expected);
    expect(opened.lengthAdaptive?.prior?.name).toBe(expected ?? 'none');
    const deferred = await openDeferredModel(source);
    expect(deferred.model.prior?.name).toBe(expected);
    await deferred.close();
    const asked = await openModel(source, { prior: 'first-text' });
    expect(asked.model.prior?.name).toBe('first-text');
    for (const { model } of [opened, asked]) model.dispose();
  });

  test('learns from labelled pairs with LengthDrop, is saved and opened as what it is', async () => {
    const text = await openModel(memorySource(await tinyFiles(config)), { task: rerank('raw'), prior: 'none' });
    const words = tinyVocabulary.slice(5);
    const pairs = words.flatMap((word, i) => [
      { text: word, pair: `the ${word} is ${words[(i + 5) % words.length]}`, label: 1 },
      { text: word, pair: `the ${words[(i + 7) % words.length]} is ${words[(i + 3) % words.length]}`, label: 0 },
    ]);
    const train = text.model.task.encode(text.tokenizer, pairs);
    const losses: number[] = [];
    await fineTune(
      text.model,
      { train },
      {
        epochs: 4,
        batchSize: 8,
        learningRate: 3e-3,
        dropout: 0,
        lengthDrop: {},
        onStep: ({ loss }) => losses.push(loss),
      },
    );
    const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(losses.slice(-6))).toBeLessThan(mean(losses.slice(0, 6)));
    await saveModel(`${folder}/model`, text);
    const again = await openTrainedModel(`${folder}/model`);
    expect(again.model.task).toMatchObject({ name: 'rerank', scale: 'raw' });
    expect(again.model.prior).toBeUndefined(); // it was trained without one
    const inputs = train.slice(0, 4).map(({ input }) => input);
    expect(await again.model.run(inputs)).toEqual(await text.model.run(inputs));
    const [answer] = await createPredictor(again).predict([['good', 'the good phone']]);
    expect(answer?.score).toBeCloseTo(
      (await again.model.run([again.tokenizer.encode('good', 'the good phone')]))[0] ?? 0,
      5,
    );
    for (const { model } of [text, again]) model.dispose();
  });

  test('has the head of a regression, which is kept where it becomes a reranker', async () => {
    const files = await tinyFiles({ ...config, problem_type: 'regression' });
    const numbers = await openModel(memorySource(files));
    const ranks = await openModel(memorySource(files), { task: rerank('raw') });
    expect([numbers.model.task.name, ranks.model.task.name]).toEqual([regression().name, 'rerank']);
    expect(ranks.model.initialised).toEqual([]);
    const inputs = [numbers.tokenizer.encode('good', 'fine phone')];
    expect(await ranks.model.run(inputs)).toEqual(await numbers.model.run(inputs));
    expect(taskOf(ranks.model.config).name).toBe('rerank');
    for (const { model } of [numbers, ranks]) model.dispose();
  });

  test('another task has nothing of it in its config.json', () => {
    const changed = createTaskModel({ ...config, sentence_transformers: { activation_fn: 'x.Identity' } }, new Map(), {
      fresh: true,
      task: regression(),
    });
    expect(changed.config).not.toHaveProperty('sentence_transformers');
    expect(changed.config).not.toHaveProperty('sbert_ce_default_activation_function');
    changed.dispose();
  });
});

test('a long document is read in windows where that is asked for, and its best one is the answer', async () => {
  const source = memorySource(await tinyFiles({ ...tinyConfig, id2label: { 0: 'LABEL_0' }, initializer_range: 0.4 }));
  const text = await openModel(source, { task: rerank('raw') });
  const [query, long] = ['good phone', 'a sad case breaks and it is very poor the phone works '.repeat(20)];
  const { positions } = text.model.dimensions;
  const windows = documentWindows(text.tokenizer, query, { maxLength: positions })(long);
  expect(windows.length).toBeGreaterThan(2);
  const scores: number[] = [];
  for (const window of windows) scores.push((await text.model.run([window]))[0] as number);
  const predictor = createPredictor(text);
  const [found, short] = await predictor.predict(
    [
      [query, long],
      [query, 'a case'],
    ],
    { inWindows: true, rawScores: true, onError: 'throw' },
  );
  expect(found?.score).toBeCloseTo(Math.max(...scores), 5);
  expect(Math.max(...scores)).toBeGreaterThan((scores[0] ?? 0) + 1e-4);
  expect(found?.logits).toEqual([found?.score]);
  expect(found?.tokens).toBe(windows.reduce((sum, { ids }) => sum + ids.length, 0));
  expect(short).toMatchObject((await predictor.predict([[query, 'a case']], { rawScores: true }))[0]);
  await expect(predictor.predict([[long, 'a case']], { inWindows: true })).rejects.toMatchObject({
    code: 'TEXT_TOO_LONG',
    message: expect.stringMatching(/shorten the query/) as string,
  });
  predictor.dispose();
});

import * as tf from '@tensorflow/tfjs';
import { encodeQuestions } from '../tasks/encode-questions.js';
import { fineTune } from '../training/fine-tune.js';
import { validateLengthAdaptiveFile } from '../folder/length-adaptive-file.js';
import { withRanking } from '../folder/ranking.js';
import { searchLengths } from '../search/length-search.js';
import { openModel, openTrainedModel, saveModel } from '../model/open-model.js';
import { createPredictor } from '../predictor/predictor.js';
import { questionOverlap } from './question-overlap.js';
import type { PriorName } from '../tasks/prior-name.js';
import type { PriorSettings } from './prior-settings.js';
import { choosePrior, resolvePrior, withPriors } from './prior-settings.js';
import { questionAnswering } from '../tasks/question-answering.js';
import { rerank } from '../tasks/rerank.js';
import { sequenceClassification } from '../tasks/sequence-classification.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { memorySource, tinyConfig, tinyFiles } from '../testing/tiny-model.js';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
});

const folder = temporaryFolder();
const task = questionAnswering();
const context = 'the phone works and it is very good a case breaks and the film is awful';
const questions = [
  { id: 'q', question: 'is it the phone', context, answers: [{ text: 'good', start: context.indexOf('good') }] },
];
const config = [0.6, 0.5, 0.4];
const point = { lengths: config };

const openTiny = async (prior?: PriorName | PriorSettings) =>
  openModel(memorySource(await tinyFiles({ ...tinyConfig, initializer_range: 0.3 })), { task, prior });

describe('the choice', () => {
  test('what is asked for counts, else what the file says, else attention', () => {
    const saved: PriorSettings = { name: 'question-overlap', layers: 2 };
    expect(choosePrior(undefined, undefined)).toBeUndefined();
    expect(choosePrior(undefined, saved)).toBe(saved);
    expect(choosePrior('none', saved)).toBeUndefined();
    expect(choosePrior('question-overlap', saved)).toBe(saved);
    expect(choosePrior('question-overlap', undefined)).toEqual({ name: 'question-overlap' });
    expect(choosePrior({ name: 'question-overlap', window: 3 }, saved)).toEqual({
      name: 'question-overlap',
      window: 3,
    });
  });

  test.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [6, 4],
    [12, 8],
  ])('a model of %i layers is ranked by the question in its first %i', (layers, expected) => {
    expect(resolvePrior({ name: 'question-overlap' }, { task, layers })).toEqual({
      name: 'question-overlap',
      layers: expected,
      window: 24,
    });
  });

  test('a query ranks in every layer: its own tokens always stay', () => {
    expect(resolvePrior({ name: 'question-overlap' }, { task: rerank(), layers: 6 })).toEqual({
      name: 'question-overlap',
      layers: 6,
      window: 24,
    });
  });

  test.each<[string, unknown, RegExp]>([
    ['a text', 'question-overlap', /is not an object such as/],
    ['another name', { name: 'magic' }, /has the name "magic"/],
    ['no layers', { name: 'question-overlap', layers: 0 }, /layers 0, expected a whole number from 1/],
    ['half a layer', { name: 'question-overlap', layers: 1.5 }, /layers 1.5/],
    [
      'a window without end',
      { name: 'question-overlap', window: 65 },
      /window 65, expected a whole number from 1 to 64/,
    ],
  ])('a file with %s is refused', (_, prior, message) => {
    const file = { format: 'length-adaptive', version: 2, paretoSet: [], prior };
    expect(() => validateLengthAdaptiveFile(file)).toThrow(
      expect.objectContaining({ code: 'FILE_INVALID', message: expect.stringMatching(message) }),
    );
  });

  test('other tasks and models with fewer layers are refused', () => {
    const settings: PriorSettings = { name: 'question-overlap', layers: 4 };
    expect(() => resolvePrior(settings, { task: sequenceClassification(['a', 'b']), layers: 6 })).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        message: expect.stringContaining('this model does sequence-classification; choose none'),
      }),
    );
    expect(() => resolvePrior(settings, { task, layers: 3 })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringContaining('at most 3') }),
    );
  });

  test('is put into the file of a model, or taken out of it', () => {
    const prior = { name: 'question-overlap', layers: 2, window: 24 } as const;
    const reducer = { name: 'attention' };
    const bare = { format: 'length-adaptive', version: 2, paretoSet: [] } as const;
    expect(withRanking(undefined, { reducer })).toBeUndefined();
    expect(withRanking(undefined, { reducer, prior })).toEqual({ ...bare, prior });
    expect(withRanking({ ...bare, prior: { name: 'question-overlap' } }, { reducer })).toEqual(bare);
  });
});

describe('a model that ranks by the question', () => {
  test('keeps the question and what is near its words in the first layers', async () => {
    const { model, tokenizer } = await openTiny('question-overlap');
    const [example] = encodeQuestions(tokenizer, questions);
    const input = example?.input ?? { ids: [] };
    const prior = questionOverlap(input);
    const [first = []] = await model.keptPositions(input, point);
    const left = [...prior.keys()].filter((position) => !first.includes(position));
    expect(left.length).toBeGreaterThan(0);
    expect(Math.max(...left.map((position) => prior[position] as number))).toBeLessThanOrEqual(
      Math.min(...first.map((position) => prior[position] as number)) + 10,
    );
    model.dispose();
  });

  test('gives every window of a long context what it gets alone', async () => {
    const { model, tokenizer } = await openTiny('question-overlap');
    const windows = encodeQuestions(tokenizer, questions, { maxLength: 14, stride: 3 }).map(({ input }) => input);
    expect(windows.length).toBeGreaterThan(1);
    const together = await model.run(windows, { point });
    const width = Math.max(...windows.map(({ ids }) => ids.length));
    for (const [row, input] of windows.entries()) {
      const alone = await model.run([input], { point });
      alone.forEach((value, i) => expect(together[2 * row * width + i]).toBeCloseTo(value, 4));
    }
    model.dispose();
  });

  test('is saved with its prior, opened with it, and with another where that is asked for', async () => {
    const text = await openTiny({ name: 'question-overlap', layers: 1, window: 5 });
    const examples = encodeQuestions(text.tokenizer, questions);
    await fineTune(text.model, { train: examples }, { epochs: 1, lengthDrop: { dropRatioBound: 0.3 } });
    const { paretoSet } = await searchLengths(text.model, examples, {
      generations: 0,
      populationSize: 2,
      metric: 'probability',
    });
    await saveModel(folder, { ...text, lengthAdaptive: { format: 'length-adaptive', version: 2, paretoSet } });

    const opened = await openTrainedModel(folder);
    expect(opened.lengthAdaptive?.prior).toEqual({ name: 'question-overlap', layers: 1, window: 5 });
    expect(opened.model.prior).toEqual({ name: 'question-overlap', layers: 1, window: 5 });
    const inputs = examples.map(({ input }) => input);
    expect(await opened.model.run(inputs, { point })).toEqual(await text.model.run(inputs, { point }));
    const [answer] = await createPredictor(opened).predict([['is it the phone', context]], { point });
    expect(answer?.keptTokens).toHaveLength(3);

    const plain = await openTrainedModel(folder, { prior: 'none' });
    expect(plain.model.prior).toBeUndefined();
    expect(plain.lengthAdaptive).not.toHaveProperty('prior');
    expect(await plain.model.run(inputs)).toEqual(await text.model.run(inputs)); // nothing is ranked at the full length
    for (const { model } of [text, opened, plain]) model.dispose();
  });

  test('becomes one without a prior with another task', async () => {
    const { model, lengthAdaptive } = await openModel(folder, { task: sequenceClassification(['a', 'b']) });
    expect([model.prior, lengthAdaptive?.prior]).toEqual([undefined, undefined]);
    model.dispose();
    await expect(
      openModel(folder, { task: sequenceClassification(['a', 'b']), prior: 'question-overlap' }),
    ).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  test('inputs of a model without a prior are left as they are', () => {
    const inputs = [{ ids: [1, 2] }];
    expect(withPriors(undefined, inputs)).toBe(inputs);
  });
});

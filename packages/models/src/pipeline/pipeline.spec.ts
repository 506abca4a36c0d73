import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import { load } from '../predictor/load.js';
import type { Predictor } from '../predictor/predictor.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { tinyExamples, tinyModel } from '../testing/tiny-model.js';
import { createPredictor } from '../predictor/predictor.js';
import { saveModel } from '../model/open-model.js';
import { createTaskModel } from '../model/task-model.js';
import { questionAnswering } from '../tasks/question-answering.js';
import { tokenClassification } from '../tasks/token-classification.js';
import type { Task } from '../tasks/task.js';
import { pipeline } from './pipeline.js';
import type { Pipelines } from './pipeline.js';

const folder = temporaryFolder();
const texts = tinyExamples(3).map(({ text }) => text);
const point = { lengths: [0.5, 0.4, 0.3] };
let classifier: Predictor;

const predictorOf = async (task: Task): Promise<Predictor> => {
  const { model, tokenizer } = await tinyModel();
  const own = createTaskModel(model.config, new Map(), { fresh: true, seed: 3, task });
  model.dispose();
  return createPredictor({ model: own, tokenizer, lengthAdaptive: undefined, notes: [] });
};

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
  const text = await tinyModel();
  text.model.markTrained();
  await saveModel(folder, text);
  classifier = createPredictor(text);
});
afterAll(() => classifier.dispose());

test('a model is opened by its source, by what is told to open it, and disposed of', async () => {
  const opened: string[] = [];
  const open = (source: string): Promise<Predictor> => {
    opened.push(source);
    return load(source);
  };
  for (const options of [{}, { open }]) {
    const classify = await pipeline('text-classification', folder, options);
    expect(await classify(texts[0] ?? '')).toEqual([
      { label: expect.stringMatching(/bad|good/), score: expect.any(Number) },
    ]);
    await classify.dispose();
    await expect(classify('good')).rejects.toMatchObject({ code: 'DISPOSED' });
    await expect(classify.predictor.predict('good')).rejects.toMatchObject({ code: 'DISPOSED' });
  }
  expect(opened).toEqual([folder]);
});

test('a budget is the pipeline’s unless a call has its own', async () => {
  const classify = await pipeline('text-classification', classifier, { point });
  const scoreAt = async (at: typeof point | undefined): Promise<number | undefined> =>
    (await classifier.predict(texts[0] ?? '', at ? { point: at } : {})).score;
  expect((await classify(texts[0] ?? ''))[0]?.score).toBe(await scoreAt(point));
  expect((await classify(texts[0] ?? '', { point: { lengths: [1, 1, 1] } }))[0]?.score).toBe(await scoreAt(undefined));
  expect(await scoreAt(point)).not.toBe(await scoreAt(undefined));
  await expect(classify(texts[0] ?? '', { budget: { cost: 0.1 } })).rejects.toMatchObject({
    code: 'BUDGET_INFEASIBLE',
  });
});

test('a text that is too long is cut, and one that is empty refuses the call', async () => {
  const classify = await pipeline('sentiment-analysis', classifier);
  expect(await classify('good '.repeat(100))).toHaveLength(1);
  await expect(classify(['good', ''])).rejects.toMatchObject({ code: 'TEXT_EMPTY' });
});

test('names of tags are joined, quoted from the text, and never across a token that is left out', async () => {
  const predictor = await predictorOf(tokenClassification(['O', 'B-x', 'I-x']));
  const tag = await pipeline('ner', predictor);
  const [text = ''] = texts;
  const tokens = await tag(text, { ignore_labels: [] });
  const kept = await tag(text);
  expect(kept).toEqual(tokens.filter(({ entity }) => entity !== 'O'));
  expect(tokens.map(({ start, end }) => text.slice(start, end))).toEqual(tokens.map(({ word }) => word));
  const groups = await tag(text, { aggregation_strategy: 'simple' });
  const covered = groups.flatMap(({ start = 0, end = 0 }) =>
    kept.filter((token) => (token.start ?? 0) >= start && (token.end ?? 0) <= end),
  );
  expect(covered).toEqual(kept);
  for (const { word, start, end } of groups) expect(text.slice(start, end)).toBe(word);
  await expect(tag(text, { aggregation_strategy: 'first' as never })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  predictor.dispose();
});

test('a question wants a context each', async () => {
  const predictor = await predictorOf(questionAnswering());
  const answer = await pipeline('question-answering', predictor);
  const found = await answer('good phone', 'the phone is very nice', { top_k: 2 });
  expect(found).toHaveLength(2);
  expect(found[0]?.score).toBeGreaterThan(found[1]?.score ?? 1);
  await expect(answer(['good', 'bad'], ['the phone'])).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  predictor.dispose();
});

test.each<[string, keyof Pipelines]>([
  ['a task that the model does not do', 'question-answering'],
  ['vectors of a classifier', 'feature-extraction'],
  ['a classifier that knows no entailment', 'zero-shot-classification'],
  ['a task that is not known', 'fill-mask' as never],
])('refuses %s, and leaves a predictor of the caller open', async (_, name) => {
  await expect(pipeline(name, classifier)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  expect(await classifier.predict(['good'])).toHaveLength(1);
  const before = tf.memory().numTensors;
  await expect(pipeline(name, folder)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  expect(tf.memory().numTensors).toBe(before); // what was opened for it is gone
});

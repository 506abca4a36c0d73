import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import { encodeExamples } from '../examples/encode-examples.js';
import { evaluate } from '../scoring/evaluate.js';
import { fineTune } from './fine-tune.js';
import type { LabelledInput } from '../tasks/labelled-input.js';
import { saveParameters } from '../architectures/parameters.js';
import type { RetentionSearchOptions } from './retention-search.js';
import { searchRetention } from './retention-search.js';
import type { TaskModel } from '../model/task-model.js';
import { createTaskModel } from '../model/task-model.js';
import { questionAnswering } from '../tasks/question-answering.js';
import { sequenceClassification } from '../tasks/sequence-classification.js';
import { multiLabelClassification } from '../tasks/multi-label-classification.js';
import { tokenClassification } from '../tasks/token-classification.js';
import { tinyConfig, tinyExamples, tinyModel } from '../testing/tiny-model.js';

const options: RetentionSearchOptions = {
  lambda: 1e-3,
  epochs: 5,
  batchSize: 8,
  retentionLearningRate: 0.1,
  learningRate: 1e-3,
  bins: 6,
};

const massOf = (retention: readonly (readonly number[])[]): number =>
  retention.flat().reduce((sum, share) => sum + share, 0);

let model: TaskModel;
let examples: LabelledInput[];

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
  const opened = await tinyModel();
  model = opened.model;
  examples = encodeExamples(opened.tokenizer, sequenceClassification(model.task.labels), tinyExamples(32));
});
afterAll(() => model.dispose());

test('the larger lambda, the less is retained; the model keeps its weights', async () => {
  const before = await saveParameters(model.parameters);
  const tensors = tf.memory().numTensors;
  const masses: number[] = [];
  for (const lambda of [0, 3e-4, 1e-2]) {
    const { retention, lengthConfig, losses } = await searchRetention(model, examples, { ...options, lambda });
    expect(retention.map(({ length }) => length)).toEqual([6, 6, 6]);
    expect(retention.flat().every((share) => share >= 0 && share <= 1)).toBe(true);
    expect(lengthConfig).toHaveLength(3);
    expect(losses).toHaveLength(20);
    masses.push(massOf(retention));
  }
  expect(masses[1]).toBeLessThan((masses[0] ?? 0) - 2);
  expect(masses[2]).toBeLessThan((masses[1] ?? 0) - 2);
  expect(await saveParameters(model.parameters)).toEqual(before);
  expect(tf.memory().numTensors).toBe(tensors);
});

test('the same seed gives the same retention, and the bins are the mean length unless given', async () => {
  const { bins: _, retentionLearningRate: __, ...rest } = options;
  const run = (seed: number) => searchRetention(model, examples, { ...rest, seed, epochs: 1 });
  const first = await run(1);
  const mean = examples.reduce((sum, { input }) => sum + input.ids.length, 0) / examples.length;
  expect(first.retention[0]).toHaveLength(Math.round(mean));
  expect(await run(1)).toEqual(first);
  // Four steps are enough to fall far: the learning rate knows how many there are.
  expect(Math.min(...first.retention.flat())).toBeLessThan(0.5);
  expect((await run(2)).losses).not.toEqual(first.losses);
});

test('an aborted search puts the weights back', async () => {
  const before = await saveParameters(model.parameters);
  const stop = new AbortController();
  const steps: number[] = [];
  const search = searchRetention(model, examples, {
    ...options,
    signal: stop.signal,
    onStep: ({ step }) => {
      steps.push(step);
      if (step === 2) stop.abort();
    },
  });
  await expect(search).rejects.toMatchObject({ code: 'ABORTED' });
  expect(steps).toEqual([1, 2]);
  expect(await saveParameters(model.parameters)).toEqual(before);
});

test('the model is retrained for the configuration that was found, from the weights it was found with', async () => {
  const { model: copy } = await tinyModel();
  const before = await saveParameters(copy.parameters);
  const { lengthConfig } = await searchRetention(copy, examples, { ...options, lambda: 0.03, keepWeights: true });
  expect(await saveParameters(copy.parameters)).not.toEqual(before);
  expect(lengthConfig.some((ratio) => ratio < 1)).toBe(true);

  const configs: unknown[] = [];
  const watched: TaskModel = {
    ...copy,
    logits: (inputs, run) => {
      configs.push(run?.config);
      return copy.logits(inputs, run);
    },
  };
  const { best, steps } = await fineTune(
    watched,
    { train: examples, dev: examples },
    { lengthConfig, epochs: 2, batchSize: 8, learningRate: 3e-3 },
  );
  expect(steps).toBe(8);
  expect(configs).toEqual(new Array(8).fill(lengthConfig));
  const reached = await evaluate(copy, examples, { point: { lengths: lengthConfig } });
  expect(best?.evaluation).toEqual({ full: reached, reduced: reached });
  await expect(fineTune(copy, { train: examples }, { lengthConfig, lengthDrop: {} })).rejects.toMatchObject({
    code: 'OPTION_INVALID',
  });
  copy.dispose();
});

test.each([
  { task: questionAnswering(), target: [2, 3] },
  { task: multiLabelClassification(['a', 'b']), target: [1, 0] },
  { task: tokenClassification(['O', 'B-x']), target: [-1, 0, 1, 0, -1] },
])('works for $task.name too', async ({ task, target }) => {
  const other = createTaskModel(tinyConfig, new Map(), { fresh: true, task });
  const input = { ids: [2, 6, 7, 8, 3] };
  const { retention, lengthConfig } = await searchRetention(
    other,
    [
      { input, target },
      { input, target },
    ],
    { lambda: 0.1, epochs: 4 },
  );
  expect(retention.map(({ length }) => length)).toEqual([5, 5, 5]);
  expect(lengthConfig[2]).toBeLessThan(1);
  other.dispose();
});

test.each<[string, Partial<RetentionSearchOptions>]>([
  ['a price below zero', { lambda: -1 }],
  ['no bins', { bins: 0 }],
  ['a retention that cannot move', { retentionLearningRate: 0 }],
])('refuses %s', async (_, wrong) => {
  await expect(searchRetention(model, examples, { ...options, ...wrong })).rejects.toMatchObject({
    code: 'OPTION_INVALID',
  });
});

test('refuses to learn from nothing', async () => {
  await expect(searchRetention(model, [], options)).rejects.toMatchObject({ code: 'DATA_INVALID' });
});

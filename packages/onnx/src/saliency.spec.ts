/** A reducer that learns by gradients, for tasks that do not say which tokens matter: the same on both engines, and it finds what decides. */
import type { Gradients, ParameterValues, Sandwich } from '@length-adaptive/core';
import { createRandom, drawSandwich, skimReducer, tensorEngine } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { LabelledInput, Task, TaskModel } from '@length-adaptive/models';
import {
  createTaskModel,
  fineTune,
  multiLabelClassification,
  regression,
  sequenceClassification,
  tokenClassification,
  trainable,
} from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import type { Scalar } from '@tensorflow/tfjs';
import { largestDifference } from './testing/differences.js';
import { tinyConfig } from './testing/tiny-model.js';
import { onnxTrainingEngine } from './training/onnx-engine.js';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

const modelOf = (task: Task, seed = 1): TaskModel =>
  createTaskModel(tinyConfig, new Map(), { fresh: true, seed, task, reducer: skimReducer() });

const idsOf = (seed: number): number[] => {
  const random = createRandom(seed);
  return [2, ...Array.from({ length: random.integer(2, 12) }, () => random.integer(4, 20)), 3];
};
const batchOf = (target: (ids: readonly number[], row: number) => LabelledInput['target']): LabelledInput[] =>
  Array.from({ length: 5 }, (_, row) => {
    const ids = idsOf(row);
    return { input: { ids, typeIds: ids.map(() => 0) }, target: target(ids, row) };
  });

const tasks: readonly (readonly [string, Task, LabelledInput[]])[] = [
  ['classes', sequenceClassification(['a', 'b', 'c']), batchOf((_, row) => row % 3)],
  ['labels', multiLabelClassification(['a', 'b']), batchOf((_, row) => [row % 2, 1])],
  ['numbers', regression(), batchOf((_, row) => row / 2)],
  [
    'tags of which none says nothing',
    tokenClassification(['NOUN', 'VERB']),
    batchOf((ids) => ids.map((id, token) => (token === 0 || token === ids.length - 1 ? -1 : id % 2))),
  ],
];

describe.each(tasks)('%s', (_, task, batch) => {
  test.each<[string, number[] | undefined]>([
    ['all layers', undefined],
    ['two of three layers', [0, 2]],
  ])('%s: one step of a sandwich has the same losses and gradients on both engines', async (__, layers) => {
    const model = modelOf(task);
    const { reduced } = drawSandwich({ layers: 3, dropRatioBound: 0.4, randomSubModels: 1 }, createRandom(5));
    const sandwich: Sandwich = { full: layers ? { layers } : {}, reduced };
    const [own, compiled]: readonly [Gradients, Gradients] = [new Map(), new Map()];
    const before = tf.memory().numTensors;
    const onTensors = await tensorEngine(trainable(model)).step(batch, sandwich, own, {});
    expect(tf.memory().numTensors).toBe(before);
    const engine = await onnxTrainingEngine(model);
    const onGraphs = await engine.training.step(batch, sandwich, compiled, {});
    await engine.release();
    expect(onGraphs.loss).toBeCloseTo(onTensors.loss, 4);
    const learned = [...compiled.keys()].filter((name) => name.startsWith('reducer.'));
    expect(learned.length).toBeGreaterThan(0);
    for (const [name, { values, rows }] of compiled) {
      const expected = own.get(name);
      expect({ name, rows: rows?.length }).toEqual({ name, rows: expected?.rows?.length });
      expect(largestDifference(values, expected?.values ?? new Float32Array())).toBeLessThan(2e-4);
    }
    // The same number added to all tokens ranks them as before: biases have nothing to learn.
    for (const name of learned.filter((each) => !each.endsWith('bias')))
      expect(compiled.get(name)?.values.some((slope) => slope !== 0)).toBe(true);
    model.dispose();
  });
});

test('what the encoder learns is the same with a predictor beside it', async () => {
  const [, task, batch] = tasks[0] as (typeof tasks)[number];
  const models = [modelOf(task), createTaskModel(tinyConfig, new Map(), { fresh: true, seed: 1, task })] as const;
  const [weights, own]: [ParameterValues, ParameterValues] = [new Map(), new Map()];
  const gradientsOf = async (model: TaskModel): Promise<Gradients> => {
    const engine = await onnxTrainingEngine(model);
    for (const [name, values] of await engine.training.readWeights()) (model === models[0] ? weights : own).set(name, values);
    engine.training.writeWeights(new Map([...own, ...weights]));
    const gradients: Gradients = new Map();
    await engine.training.step(batch, { full: {}, reduced: [] }, gradients, {});
    await engine.release();
    return gradients;
  }; // prettier-ignore
  const [skimmed, plain] = [await gradientsOf(models[0]), await gradientsOf(models[1])];
  expect(plain.size).toBeGreaterThan(10);
  for (const [name, { values }] of plain)
    expect(largestDifference(skimmed.get(name)?.values ?? new Float32Array(), values)).toBeLessThan(1e-6);
  for (const model of models) model.dispose();
});

/** Texts of the class of the one of two words that they hold; all other words say nothing. */
const deciding = [5, 6] as const;
const texts: LabelledInput[] = Array.from({ length: 96 }, (_, seed) => {
  const random = createRandom(100 + seed);
  const target = seed % 2;
  const others = Array.from({ length: random.integer(7, 12) }, () => random.integer(7, 20));
  others[random.integer(0, others.length - 1)] = deciding[target] as number;
  const ids = [2, ...others, 3];
  return { input: { ids, typeIds: ids.map(() => 0) }, target };
});

test('the tokens that it keeps hold most of the saliency, more than those that attention keeps', async () => {
  const model = modelOf(sequenceClassification(['a', 'b']), 3);
  const engine = await onnxTrainingEngine(model);
  await fineTune(model, { train: texts }, { epochs: 40, batchSize: 16, learningRate: 5e-3, dropout: 0, engine });
  await engine.release();
  const inputs = texts.map(({ input }) => input);
  const logits = await model.run(inputs);
  const isRight = ({ target }: LabelledInput, row: number): boolean =>
    Number((logits[2 * row + 1] ?? 0) > (logits[2 * row] ?? 0)) === target;
  expect(texts.filter(isRight).length / texts.length).toBeGreaterThan(0.95);
  const [saliency] = tf.tidy(() => {
    const labels = tf.oneHot(tf.tensor1d(texts.map(({ target }) => target as number), 'int32'), 2); // prettier-ignore
    const found = model.saliency(inputs, (of) => tf.neg(tf.sum<Scalar>(tf.mul(tf.logSoftmax(of), labels))));
    return found.map((layer) => layer.arraySync());
  });
  /** The share of the saliency of all tokens but the first that those have which leave the first layer. */
  const shareKept = async (reducer?: 'attention'): Promise<number> => {
    let sum = 0;
    for (const [row, input] of inputs.entries()) {
      const [kept = []] = await model.keptPositions(input, { lengths: [0.4, 0.4, 0.4], ...(reducer && { reducer }) });
      const of = (positions: readonly number[]): number =>
        positions.reduce((total, position) => total + (position === 0 ? 0 : (saliency?.[row]?.[position] ?? 0)), 0);
      sum += of(kept) / of(Array.from(input.ids, (_, position) => position));
    }
    return sum / inputs.length;
  };
  expect(await shareKept()).toBeGreaterThan(0.5);
  expect(await shareKept('attention')).toBeLessThan(0.45);
  model.dispose();
});

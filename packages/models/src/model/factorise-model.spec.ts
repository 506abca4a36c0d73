import { uniformRanks } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import { readFileSync } from 'node:fs';
import { encodeExamples } from '../examples/encode-examples.js';
import { lowRankFileName } from '../folder/low-rank.js';
import { readModelDirectory } from '../folder/model-directory.js';
import { predictLogits } from './predict-logits.js';
import { createStudent } from '../training/distillation/create-student.js';
import { distill } from '../training/distillation/distill.js';
import { fineTune } from '../training/fine-tune.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { tinyConfig, tinyExamples, tinyFiles, memorySource } from '../testing/tiny-model.js';
import type { FactorisedModel, FactoriseOptions } from './factorise-model.js';
import { everyRank, factoriseModel } from './factorise-model.js';
import type { TextModel } from './open-model.js';
import { openModel, openTrainedModel, saveModel } from './open-model.js';
import { createTaskModel } from './task-model.js';
import type { TaskModel } from './task-model.js';

const folder = temporaryFolder();
const half = uniformRanks(3, 0.5);

let text: TextModel;
let inputs: { readonly ids: readonly number[] }[];

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
  text = await openModel(memorySource(await tinyFiles({ ...tinyConfig, initializer_range: 0.2 })));
  text.model.markTrained();
  inputs = tinyExamples(60).map(({ text: words }) => text.tokenizer.encode(words));
});
afterAll(() => text.model.dispose());

const factorise = (options: FactoriseOptions = {}): Promise<FactorisedModel> =>
  factoriseModel(text.model, inputs, options);

const logitsOf = async (model: TaskModel, ranks = model.dimensions.ranks): Promise<number[]> =>
  (await predictLogits(model, inputs, { point: { lengths: [1, 0.7, 0.5], ...(ranks && { ranks }) } })).flatMap(
    (row) => [...row],
  );

const difference = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);

test('factors beside the matrices change nothing but at points with ranks, which come nearer as they grow', async () => {
  const { model, matrices, tokens } = await factorise();
  expect(tokens).toBe(inputs.reduce((sum, { ids }) => sum + ids.length, 0));
  expect(matrices).toHaveLength(18);
  expect(matrices[0]).toMatchObject({
    name: 'bert.encoder.layer.0.attention.self.query.weight',
    shape: [32, 32],
    rank: 15,
  });
  expect(matrices[5]).toMatchObject({ name: 'bert.encoder.layer.0.output.dense.weight', shape: [64, 32], rank: 21 });
  matrices.forEach(({ error }) => {
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(0.5);
  });
  const own = await logitsOf(text.model);
  expect(await logitsOf(model)).toEqual(own);
  expect(await logitsOf(model, uniformRanks(3, 1))).toEqual(own);
  const distances: number[] = [];
  for (const share of [0.125, 0.5, 0.99])
    distances.push(difference(own, await logitsOf(model, uniformRanks(3, share))));
  const [small = 0, middle = 0, large = 0] = distances;
  expect(small).toBeGreaterThan(middle);
  expect(middle).toBeGreaterThan(large);
  expect(large).toBeGreaterThan(1e-4);
  expect(model.macs(9, { ranks: half })).toBeLessThan(0.6 * model.macs(9));
  expect(model.macs(9)).toBe(text.model.macs(9));
  model.dispose();
});

test('a model that is made of factors is the part of larger ones, and whole weights alone give what it gives', async () => {
  const { model: both } = await factorise();
  const { model } = await factorise({ ranks: half, keep: 'factors' });
  expect(model.dimensions.ranks).toEqual(half);
  expect(model.macs(9)).toBe(both.macs(9, { ranks: half }));
  const own = await logitsOf(model);
  expect(difference(own, await logitsOf(both, half))).toBeLessThan(1e-4);
  expect(
    difference(await logitsOf(model, uniformRanks(3, 0.25)), await logitsOf(both, uniformRanks(3, 0.25))),
  ).toBeLessThan(1e-4);

  await saveModel(`${folder}/factors`, { ...text, model });
  const { tensors, config } = await readModelDirectory(`${folder}/factors`);
  const elsewhere = createTaskModel(config, tensors); // as a tool that knows of no factors
  expect(difference(own, await logitsOf(elsewhere))).toBeLessThan(1e-4);

  const opened = await openTrainedModel(`${folder}/factors`);
  expect(opened.lengthAdaptive?.lowRank).toEqual({
    model: 'factors',
    ranks: half,
    method: 'whitened',
    tokens: expect.any(Number) as number,
  });
  expect(await logitsOf(opened.model)).toEqual(own);
  for (const { dispose } of [both, model, elsewhere, opened.model]) dispose();
});

test('a folder with factors beside its matrices opens as it was, and the same texts give the same bytes', async () => {
  for (const name of ['a', 'b']) {
    const { model } = await factorise();
    await saveModel(`${folder}/${name}`, { ...text, model });
    model.dispose();
  }
  for (const file of ['model.safetensors', lowRankFileName, 'length_adaptive.json'])
    expect(readFileSync(`${folder}/a/${file}`)).toEqual(readFileSync(`${folder}/b/${file}`));
  const before = tf.memory().numTensors;
  const { model } = await openTrainedModel(`${folder}/a`);
  expect(await logitsOf(model)).toEqual(await logitsOf(text.model));
  expect(difference(await logitsOf(model, half), await logitsOf(model))).toBeGreaterThan(1e-3);
  expect(await model.keptPositions({ ids: [2, 5, 6, 7, 3] }, { lengths: [0.8, 0.6, 0.4], ranks: half })).toHaveLength(
    3,
  );
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('one kind of matrices alone, and other ways to factors, which are no nearer', async () => {
  const ranks = { attention: [1, 1, 1], feedForward: [0.5, 0.5, 0.5] };
  const { model, matrices } = await factorise({ ranks });
  expect(matrices.map(({ name }) => /output.dense|intermediate/.test(name))).toEqual(new Array(6).fill(true));
  await expect(model.run([{ ids: [2, 3] }], { point: { ranks: half } })).rejects.toMatchObject({
    code: 'OPERATING_POINT_INVALID',
    message: expect.stringMatching(/0\.5 in "attention" of layer 0, which has no factors/) as string,
  });
  model.dispose();
  const own = await logitsOf(text.model);
  const squared = async (method: FactoriseOptions['method']): Promise<number> => {
    const { model: other } = await factorise({ ranks: half, method });
    const found = await logitsOf(other, half);
    other.dispose();
    return found.reduce((sum, value, i) => sum + (value - (own[i] as number)) ** 2, 0);
  };
  expect(await squared('whitened')).toBeLessThan(await squared('plain'));
});

test('factors train: what they lost comes back from the model that they were made of', async () => {
  const examples = encodeExamples(text.tokenizer, text.model.task, tinyExamples(60));
  const { model } = await factorise({ ranks: uniformRanks(3, 0.2), keep: 'factors' });
  /** How far the model is from its teacher: squared differences of the shares of `good`. */
  const distance = async (): Promise<number> => {
    const [own, wanted] = [await predictLogits(model, inputs), await predictLogits(text.model, inputs)];
    const shareOf = ([bad = 0, good = 0]: ArrayLike<number> & Iterable<number>): number =>
      1 / (1 + Math.exp(bad - good));
    return own.reduce((sum, row, i) => sum + (shareOf(row) - shareOf(wanted[i] as Float32Array)) ** 2, 0);
  };
  const before = await distance();
  await distill(
    model,
    text.model,
    { train: examples },
    { method: 'prediction', epochs: 20, batchSize: 6, learningRate: 2e-3, dropout: 0 },
  );
  expect(await distance()).toBeLessThan(0.5 * before);
  await saveModel(`${folder}/trained`, { ...text, model });
  const opened = await openTrainedModel(`${folder}/trained`);
  expect(difference(await logitsOf(opened.model), await logitsOf(model))).toBe(0);
  const student = await createStudent(model, { layers: [0, 2] });
  expect(student.lowRank).toBeUndefined();
  expect((await student.run([{ ids: [2, 5, 3] }])).every(Number.isFinite)).toBe(true);
  for (const { dispose } of [model, opened.model, student]) dispose();
});

describe('refused', () => {
  const refused = async (promise: Promise<unknown>, code: string, message: RegExp): Promise<void> => {
    await expect(promise).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  };

  test('ranks above those of the factors, of another depth, or of no factors', async () => {
    const run = (model: TaskModel, ranks = half): Promise<unknown> =>
      model.run([{ ids: [2, 3] }], { point: { ranks } });
    const { model } = await factorise({ ranks: uniformRanks(3, 0.4) });
    await refused(
      run(model),
      'OPERATING_POINT_INVALID',
      /ask for 0\.5 in "attention" of layer 0, and its factors go up to 0\.4\..*or 1 for the matrix as it is/,
    );
    await refused(run(model, uniformRanks(2, 0.4)), 'OPERATING_POINT_INVALID', /2 entries for a model of 3 layers/);
    await refused(model.keptPositions({ ids: [2, 3] }, { ranks: half }), 'OPERATING_POINT_INVALID', /go up to 0\.4/);
    await refused(run(text.model), 'OPERATING_POINT_INVALID', /the model has no factors.*lat factorise/);
    const { model: made } = await factorise({ ranks: half, keep: 'factors' });
    await refused(
      run(made, uniformRanks(3, 1)),
      'OPERATING_POINT_INVALID',
      /ask for 1 in "attention" of layer 0, and its factors go up to 0\.5\. Ask for at most that;/,
    );
    model.dispose();
    made.dispose();
  });

  test('to train matrices that have factors beside them', async () => {
    const { model } = await factorise();
    await refused(
      fineTune(model, { train: encodeExamples(text.tokenizer, text.model.task, tinyExamples(4)) }),
      'OPTION_INVALID',
      /factors beside its matrices, which training would leave behind/,
    );
    model.dispose();
  });

  test('too few tokens, a model that has factors, ranks that leave all as it is, and what was stopped', async () => {
    const first = inputs.slice(0, 1);
    await refused(factoriseModel(text.model, first), 'DATA_INVALID', /have \d+ tokens, and a hidden state 32 numbers/);
    await refused(factorise({ ranks: uniformRanks(3, 1) }), 'OPTION_INVALID', /leave every matrix as it is/);
    await refused(factorise({ ranks: uniformRanks(4, 0.5) }), 'OPERATING_POINT_INVALID', /4 entries for a model of 3/);
    await refused(factorise({ signal: AbortSignal.abort() }), 'ABORTED', /stopped/);
    const { model } = await factorise();
    await refused(factoriseModel(model, inputs), 'OPTION_INVALID', /has factors already/);
    model.dispose();
  });

  test('a folder whose factors are not there, or of other sizes', async () => {
    const { model } = await factorise({ ranks: half });
    await saveModel(`${folder}/broken`, { ...text, model });
    model.dispose();
    const files = await tinyFiles({ ...tinyConfig, initializer_range: 0.2 });
    const lengthAdaptive = readFileSync(`${folder}/broken/length_adaptive.json`, 'utf8');
    const without = memorySource({ ...files, 'length_adaptive.json': lengthAdaptive });
    await refused(openModel(without), 'FILE_NOT_FOUND', /low_rank\.safetensors/);
    const other = memorySource({
      ...files,
      'length_adaptive.json': lengthAdaptive.replaceAll('0.5', '0.25'),
      [lowRankFileName]: readFileSync(`${folder}/broken/${lowRankFileName}`),
    });
    const before = tf.memory().numTensors;
    await refused(openModel(other), 'SHAPE_MISMATCH', /query\.down" has shape \[32, 8\] but/);
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('every rank is one that is cheaper than its matrix', () => {
  expect(everyRank(2)).toEqual(uniformRanks(2, 1 - 1e-6));
});

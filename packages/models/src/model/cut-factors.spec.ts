import { uniformRanks } from '@length-adaptive/core';
import type { Ranks } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import { createStudent } from '../training/distillation/create-student.js';
import { tinyConfig } from '../testing/tiny-model.js';
import { cutFactors } from './cut-factors.js';
import { factoriseModel } from './factorise-model.js';
import { createTaskModel } from './task-model.js';
import type { TaskModel } from './task-model.js';

const inputs = Array.from({ length: 12 }, (_, i) => ({
  ids: Array.from({ length: 6 + (i % 5) }, (__, token) => 2 + ((i * 7 + token * 5) % 30)),
}));
const mixed: Ranks = { attention: [0.6, 1, 0.3], feedForward: [1, 0.5, 0.125] };

/** Half of every share, but of matrices that are whole. */
const halved = ({ attention, feedForward }: Ranks): Ranks => {
  const of = (shares: readonly number[]): number[] => shares.map((share) => (share === 1 ? 1 : share / 2));
  return { attention: of(attention), feedForward: of(feedForward) };
};

let whole: TaskModel;
let both: TaskModel;

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
  whole = createTaskModel({ ...tinyConfig, initializer_range: 0.3 }, new Map(), { fresh: true });
  whole.markTrained();
  both = (await factoriseModel(whole, inputs)).model;
});
afterAll(() => [whole, both].forEach(({ dispose }) => dispose()));

test.each([uniformRanks(3, 0.5), mixed])('the model at %j, to the bit, and factors that train', async (ranks) => {
  const before = tf.memory().numTensors;
  const cut = await cutFactors(both, ranks);
  expect(cut.dimensions.ranks).toEqual(ranks);
  expect(cut.lowRank).toEqual({ ...both.lowRank, model: 'factors', ranks });
  expect(await cut.run(inputs)).toEqual(await both.run(inputs, { point: { ranks } }));
  expect(cut.macs(20)).toBe(both.macs(20, { ranks }));
  expect(cut.factorParameters).toEqual([]);
  const less = await createStudent(cut, { ranks: halved(ranks) });
  expect(await less.run(inputs)).toEqual(await cut.run(inputs, { point: { ranks: less.dimensions.ranks } }));
  for (const { dispose } of [less, cut]) dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('numbers of their own: those of the model are as they were', async () => {
  const cut = await cutFactors(both, mixed);
  const own = await both.run(inputs, { point: { ranks: mixed } });
  for (const { variable } of cut.parameters) variable.assign(tf.zerosLike(variable));
  expect(await both.run(inputs, { point: { ranks: mixed } })).toEqual(own);
  cut.dispose();
});

test('refused: a model without factors, ranks that are none or that it does not have, and none at all', async () => {
  await expect(cutFactors(whole, mixed)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  await expect(cutFactors(both, uniformRanks(3, 1))).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  await expect(cutFactors(both, uniformRanks(2, 0.5))).rejects.toMatchObject({ code: 'OPERATING_POINT_INVALID' });
  const half = await cutFactors(both, uniformRanks(3, 0.5));
  await expect(cutFactors(half, uniformRanks(3, 0.6))).rejects.toMatchObject({
    code: 'OPERATING_POINT_INVALID',
    message: expect.stringContaining('go up to 0.5') as string,
  });
  half.dispose();
});

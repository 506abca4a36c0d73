/** What is known from outside as the only judge of what leaves: the same on both engines, in exported files, and in training. */
import { join } from 'node:path';
import type { EncoderInput, ReducerSettings } from '@length-adaptive/core';
import { createRandom, drawSandwich, findReducer, tensorEngine } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { LabelledInput, Task, TaskModel } from '@length-adaptive/models';
import {
  createPredictor,
  createTaskModel,
  openTrainedModel,
  questionAnswering,
  saveModel,
  sequenceClassification,
  tokenClassification,
  trainable,
  withPriors,
} from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import * as fc from 'fast-check';
import { exportGraph, hostModel } from './export-graph.js';
import { exportModel } from './export-model.js';
import { createOnnxModel } from './onnx-model.js';
import { loadOnnx } from './open-onnx.js';
import { arbitraryConfig } from './testing/arbitrary-batches.js';
import { largestDifference } from './testing/differences.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { tinyConfig, tinyTextModel, tinyTexts } from './testing/tiny-model.js';
import { onnxTrainingEngine } from './training/onnx-engine.js';

const folder = temporaryFolder();
const classes = sequenceClassification(['bad', 'fair', 'good']);

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

/** Whole numbers, few of them, so that tokens tie. */
const arbitraryInput = fc
  .array(fc.integer({ min: 5, max: 25 }), { minLength: 1, maxLength: 20 })
  .chain((ids) =>
    fc
      .array(fc.integer({ min: 0, max: 6 }), { minLength: ids.length, maxLength: ids.length })
      .map((prior): EncoderInput => ({ ids, prior })),
  );

const modelBy = (settings: ReducerSettings, task: Task = classes): TaskModel => {
  const model = createTaskModel(tinyConfig, new Map(), {
    fresh: true,
    seed: 3,
    task,
    reducer: findReducer('prior', settings),
    prior: { name: 'given' },
  });
  model.markTrained();
  return model;
};

describe.each([{ leave: 'after' }, { leave: 'before' }])('%o', (settings) => {
  test.each([classes, tokenClassification(['O', 'B-x', 'I-x'])])(
    '$name: an exported file, asked for any lengths and layers, answers and keeps as TensorFlow.js, each row as it is alone',
    async (task) => {
      const model = modelBy(settings, task);
      const host = await hostModel(model);
      for (const choosesLayers of [false, true]) {
        const engine = await createOnnxModel(exportGraph(host, { chooseLayers: choosesLayers }), model.config, {
          threads: 1,
          prior: { name: 'given' },
          traced: () => exportGraph(host, { trace: 'scores', chooseLayers: choosesLayers }),
        });
        const batches = fc.array(arbitraryInput, { minLength: 1, maxLength: 3 });
        const skips = choosesLayers ? fc.constantFrom([], [0], [1], [1, 2]) : fc.constant([]);
        await fc.assert(
          fc.asyncProperty(batches, arbitraryConfig(3), skips, async (inputs, lengths, skip) => {
            const point = skip.length > 0 ? { lengths, skip } : { lengths };
            const logits = await engine.run(inputs, { point });
            expect(largestDifference(logits, await model.run(inputs, { point }))).toBeLessThan(1e-4);
            expect(engine.macs(9, point)).toBe(model.macs(9, point));
            const [input] = inputs;
            if (input === undefined) return;
            const alone = await engine.run([input], { point });
            const width = task === classes ? 3 : 3 * input.ids.length;
            expect(largestDifference(logits.subarray(0, width), alone)).toBeLessThan(1e-4);
            expect(await engine.keptPositions(input, point)).toEqual(await model.keptPositions(input, point));
            if (!choosesLayers)
              expect(await engine.tokenScores?.(input, point)).toEqual(await model.tokenScores?.(input, point));
          }),
          { numRuns: 20, seed: 5 },
        );
        await engine.release();
      }
      model.dispose();
    },
  );

  test.each([classes, questionAnswering()])(
    '$name: a training step loses and learns what it does in TensorFlow.js',
    async (task) => {
      const model = modelBy(settings, task);
      const [reference, engine] = [tensorEngine(trainable(model)), await onnxTrainingEngine(model, { threads: 1 })];
      const arbitrary = fc.record({ seed: fc.nat(1e6), layerDrop: fc.constantFrom(0, 0.5) });
      await fc.assert(
        fc.asyncProperty(arbitrary, async ({ seed, layerDrop }) => {
          const random = createRandom(seed);
          const batch = Array.from({ length: 4 }, (): LabelledInput => {
            const ids = Array.from({ length: random.integer(1, 20) }, () => random.integer(5, 25));
            const last = ids.length - 1;
            const target = task === classes ? random.integer(0, 2) : [random.integer(0, last), random.integer(0, last)];
            return { input: { ids, prior: ids.map(() => random.integer(0, 9)) }, target };
          });
          const sandwich = drawSandwich({ layers: 3, dropRatioBound: 0.4, layerDrop, randomSubModels: 1 }, random);
          const [theirs, ours] = [new Map(), new Map()] as [
            Parameters<typeof reference.step>[2],
            Parameters<typeof reference.step>[2],
          ];
          const expected = await reference.step(batch, sandwich, theirs, {});
          const found = await engine.training.step(batch, sandwich, ours, {});
          expect(Math.abs(found.loss - expected.loss)).toBeLessThan(1e-4);
          expect(ours.size).toBeGreaterThan(10);
          for (const [name, { values }] of ours)
            expect(largestDifference(values, theirs.get(name)?.values ?? [])).toBeLessThan(1e-4);
        }),
        { numRuns: 6, seed: 2 },
      );
      await engine.release();
      model.dispose();
    },
  );
});

test('a user who knows what matters says so, and nothing else decides; who says nothing is told how to, on both engines and in a file', async () => {
  const text = tinyTexts[2] as string;
  const saved = join(folder, 'saved');
  await saveModel(saved, tinyTextModel(findReducer('prior', { leave: 'before' })));
  const opened = await openTrainedModel(saved); // the folder says it all: the reducer, and that the caller gives the prior
  expect(opened.model.prior).toEqual({ name: 'given', layers: 3 });
  const exported = join(folder, 'exported');
  const ids = opened.tokenizer.encode(text);
  const prior = Array.from(ids.ids, (_, token) => (token * 7) % 5);
  await exportModel(exported, opened, { precisions: ['fp32'], inputs: [{ ...ids, prior }] });
  const point = { lengths: [0.5, 0.4, 0.3] };
  const answers: number[] = [];
  for (const predictor of [
    createPredictor(opened),
    await loadOnnx(saved),
    await loadOnnx(exported, { file: 'onnx/model.onnx' }),
  ]) {
    const [{ score, cost }] = await predictor.predict([text], { prior: [prior], point });
    answers.push(score);
    expect(cost).toBeLessThan(0.5);
    await expect(predictor.predict([text], { point })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('predict(texts, { prior: [[') as string,
    });
    expect(await predictor.predict([text], { point: { lengths: [1, 1, 1] } })).toHaveLength(1); // nobody leaves, nobody is ranked
    predictor.dispose();
  }
  for (const answer of answers) expect(answer).toBeCloseTo(answers[0] ?? Number.NaN, 4);
});

test('a prior that the inputs bring themselves may be the judge as well: it then counts in every layer', async () => {
  const ids = { ids: [2, 5, 6, 3, 9, 5, 8, 11, 12, 13, 14, 6, 3], typeIds: [0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1] };
  const described = { fresh: true, task: questionAnswering(), reducer: findReducer('prior') } as const;
  const model = createTaskModel(tinyConfig, new Map(), {
    ...described,
    prior: { name: 'question-overlap', window: 1 },
  });
  expect(model.prior).toMatchObject({ layers: 3 });
  const [known] = withPriors(model.prior, [ids]);
  const byWorth = Array.from(known?.prior ?? [], (value, token) => ({ token, value: token === 0 ? Infinity : value }));
  byWorth.sort((a, b) => b.value - a.value || a.token - b.token);
  const best = byWorth.map(({ token }) => token);
  const kept = await model.keptPositions(ids, { lengths: [0.8, 0.6, 0.5] });
  expect(kept).toEqual([11, 8, 7].map((count) => best.slice(0, count).sort((a, b) => a - b)));
  expect(kept.at(-1)).toContain(5); // the word of the question
  const short = createTaskModel(tinyConfig, new Map(), {
    ...described,
    prior: { name: 'question-overlap', layers: 2 },
  });
  await expect(short.run([ids], { point: { lengths: [0.6, 0.6, 0.5] } })).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: expect.stringContaining('the prior counts in 2 of 3 layers') as string,
  });
  for (const { dispose } of [model, short]) dispose();
});

/** The task that an example of `models` registers, with a loss and a readout of its own: trained, distilled, exported and run on ONNX Runtime. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Gradients, TrainingEngine } from '@length-adaptive/core';
import { createRandom, drawSandwich, tensorEngine } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { LabelledInput, TaskModel, TextModel } from '@length-adaptive/models';
import {
  createTaskModel,
  evaluate,
  fineTune,
  load,
  makeTask,
  planDistillation,
  saveModel,
  tensorDistillationEngine,
  trainable,
} from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { exportModel } from './export-model.js';
import { loadOnnx } from './open-onnx.js';
import { openSession } from './runtime.js';
import { largestDifference } from './testing/differences.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { tinyConfig, tinyTexts, tinyTextModel } from './testing/tiny-model.js';
import { onnxDistillationEngine } from './training/distillation-engine.js';
import { onnxTrainingEngine } from './training/onnx-engine.js';

type Engine = TrainingEngine<readonly LabelledInput[]>;

const folder = temporaryFolder();
const example = join(__dirname, '../../models/examples/repeats.ts');
const sandwich = drawSandwich({ layers: 3, dropRatioBound: 0.4, randomSubModels: 1 }, createRandom(5));
let text: TextModel;
let batch: readonly LabelledInput[];

const fresh = (seed: number): TaskModel =>
  createTaskModel(tinyConfig, new Map(), { fresh: true, seed, task: makeTask('repeats') });

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
  await import(example);
  const tiny = tinyTextModel();
  tiny.model.dispose();
  text = { ...tiny, model: fresh(3) };
  batch = text.model.task.encode(text.tokenizer, tinyTexts);
});
afterAll(() => text.model.dispose());

const expectSameStep = async (ours: Engine, theirs: Engine): Promise<void> => {
  const [given, expected]: [Gradients, Gradients] = [new Map(), new Map()];
  const own = await ours.step(batch, sandwich, given, {});
  const reference = await theirs.step(batch, sandwich, expected, {});
  expect(own.taskLoss).toBeCloseTo(reference.taskLoss, 4);
  expect(own.distillationLosses).toHaveLength(sandwich.reduced.length);
  own.distillationLosses.forEach((loss, i) => expect(loss).toBeCloseTo(reference.distillationLosses[i] ?? NaN, 4));
  expect(given.size).toBeGreaterThan(40);
  for (const [name, { values }] of given)
    expect(largestDifference(values, expected.get(name)?.values ?? [])).toBeLessThan(1e-4);
};

test('a sandwich step has the losses and gradients of TensorFlow.js', async () => {
  const engine = await onnxTrainingEngine(text.model, { threads: 1 });
  await expectSameStep(engine.training, tensorEngine(trainable(text.model)));
  await engine.release();
});

test('so has a step of a student with its teacher', async () => {
  const teacher = fresh(4);
  teacher.markTrained();
  const distillation = planDistillation(text.model, teacher, { method: 'prediction', labelLoss: 0.5 });
  const engine = await onnxDistillationEngine(distillation, { threads: 1 });
  await expectSameStep(engine.training, tensorDistillationEngine(distillation));
  await engine.release();
  teacher.dispose();
});

test('trained on ONNX Runtime, exported and verified, it answers as TensorFlow.js does at every length', async () => {
  const { model } = text;
  const before = await evaluate(model, batch);
  const engine = await onnxTrainingEngine(model, { threads: 1 });
  const options = { epochs: 40, batchSize: 4, learningRate: 2e-3, lengthDrop: {}, engine };
  const { losses } = await fineTune(model, { train: batch }, options);
  await engine.release();
  expect(losses.at(-1)).toBeLessThan(losses[0] as number);
  expect(await evaluate(model, batch)).toBeGreaterThan(before + 0.2);

  const [saved, exported] = [join(folder, 'saved'), join(folder, 'exported')];
  await saveModel(saved, text);
  const files = await exportModel(exported, text, { precisions: ['fp32'], labelled: batch, threads: 1 });
  expect(files).toMatchObject([{ verification: { passed: true } }]);
  const { session } = await openSession(readFileSync(join(exported, 'onnx/model.onnx')), { threads: 1 });
  expect(session.outputNames).toEqual(['logits']);
  await session.release();

  const [reference, weights, file] = [await load(saved), await loadOnnx(saved), await loadOnnx(exported)];
  expect([weights, file]).toMatchObject([
    { engine: 'onnxruntime', task: 'repeats' },
    { engine: 'onnxruntime', task: 'repeats' },
  ]);
  for (const lengths of [{}, { point: { lengths: [0.8, 0.6, 0.4] } }, { budget: { cost: 0.75 } }]) {
    const expected = await reference.predict(tinyTexts, { ...lengths, onError: 'throw' });
    for (const predictor of [weights, file]) {
      const given = await predictor.predict(tinyTexts, { ...lengths, onError: 'throw' });
      given.forEach(({ label, score, keptTokens }, i) => {
        expect({ label, keptTokens }).toEqual({ label: expected[i]?.label, keptTokens: expected[i]?.keptTokens });
        expect(score).toBeCloseTo(expected[i]?.score ?? NaN, 3);
      });
    }
  }
  for (const predictor of [reference, weights, file]) predictor.dispose();
});

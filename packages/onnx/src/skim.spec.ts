/** A reducer that learns, and what tokens that left answer, from training to what is exported, on both engines. */
import { existsSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Gradients, OperatingPoint } from '@length-adaptive/core';
import { createRandom, drawSandwich, skimReducer, tensorEngine } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { LabelledInput, TaskModel, TextModel } from '@length-adaptive/models';
import {
  createTaskModel,
  createTokenizer,
  fineTune,
  openModel,
  openTrainedModel,
  saveModel,
  tokenClassification,
  trainable,
} from '@length-adaptive/models';
import { specialTokens, vocabularyFiles } from '@length-adaptive/tools/testing/tiny-bert';
import { readModelDirectory, readSafetensors, writeFile, writeSafetensors } from '@length-adaptive/models/files';
import * as tf from '@tensorflow/tfjs';
import { exportGraph, hostModel } from './export-graph.js';
import { exportModel } from './export-model.js';
import { createOnnxModel } from './onnx-model.js';
import { openOnnx } from './open-onnx.js';
import { readOnnxFile } from './read-file.js';
import { largestDifference } from './testing/differences.js';
import { isNearTie } from './testing/near-ties.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { tinyConfig } from './testing/tiny-model.js';
import { onnxTrainingEngine } from './training/onnx-engine.js';

const folder = temporaryFolder();
const words = 'ann bob eve went to see the old town with a new friend and then home'.split(' ');
const tokenizerFiles = vocabularyFiles([...specialTokens, ...words]);
const tokenizer = createTokenizer(tokenizerFiles);
const task = tokenClassification(['O', 'B-person']);
const points: readonly OperatingPoint[] = [{ lengths: [0.8, 0.6, 0.4] }, { lengths: [0.6, 0.3, 0.3] }];

/** Sentences in which the names are tagged. */
const examples: LabelledInput[] = Array.from({ length: 48 }, (_, seed) => {
  const random = createRandom(seed);
  const own = Array.from({ length: random.integer(3, 12) }, () =>
    random.uniform() < 0.15 ? random.integer(0, 2) : random.integer(3, words.length - 1),
  );
  const { ids, typeIds } = tokenizer.encode(own.map((word) => words[word]).join(' '));
  return { input: { ids, typeIds }, target: [-1, ...own.map((word) => Number(word < 3)), -1] };
});
const inputs = examples.slice(0, 6).map(({ input }) => input);

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

/** Names of what each predictor has in a layer. */
const learnedIn = { linear: 4, block: 8, convolution: 6 } as const;
/** Sentences at least whose one name stays with half of the tokens; of blocks one is cut. */
const leastKept = { linear: 0.8, block: 0.8, convolution: 0.7 } as const;

describe.each(['linear', 'block', 'convolution'] as const)('skim, %s', (predictor) => {
  const settings = predictor === 'convolution' ? { predictor, size: 4 } : { predictor };
  const modelOf = (seed = 1) =>
    createTaskModel(tinyConfig, new Map(), {
      fresh: true,
      seed,
      task,
      reducer: skimReducer(settings),
      departed: 'majority',
    });

  test('one step of a sandwich: the same losses and gradients on both engines, of what it learns too', async () => {
    const model = modelOf();
    const batch = examples.slice(0, 5);
    const sandwich = drawSandwich({ layers: 3, dropRatioBound: 0.4, randomSubModels: 1 }, createRandom(3));
    const [own, compiled]: readonly [Gradients, Gradients] = [new Map(), new Map()];
    const onTensors = await tensorEngine(trainable(model)).step(batch, sandwich, own, {});
    const engine = await onnxTrainingEngine(model);
    const onGraphs = await engine.training.step(batch, sandwich, compiled, {});
    await engine.release();
    expect(onGraphs.loss).toBeCloseTo(onTensors.loss, 4);
    const learned = [...compiled.keys()].filter((name) => name.startsWith('reducer.'));
    expect(learned).toHaveLength(learnedIn[predictor] * 3);
    for (const [name, { values, rows }] of compiled) {
      const expected = own.get(name);
      expect({ name, rows: rows?.length }).toEqual({ name, rows: expected?.rows?.length });
      expect(largestDifference(values, expected?.values ?? new Float32Array())).toBeLessThan(2e-4);
    }
    for (const name of learned) expect(compiled.get(name)?.values.some((slope) => slope !== 0)).toBe(true);
    model.dispose();
  });

  test('it learns which tokens matter, and the folder alone says what it has learned', async () => {
    const model = modelOf();
    const engine = await onnxTrainingEngine(model);
    const training = { epochs: 30, batchSize: 8, learningRate: 1e-3, engine };
    await fineTune(model, { train: examples }, training);
    await engine.release();
    const text: TextModel = { model, tokenizer, tokenizerFiles };
    const saved = join(folder, predictor);
    await saveModel(saved, text);

    const named = examples.slice(0, 24).map(({ input, target }) => ({
      input,
      names: (target as readonly number[]).flatMap((tag, token) => (tag === 1 ? [token] : [])),
    }));
    const single = named.filter(({ names }) => names.length === 1);
    const keptBy = async (ranked: Pick<TaskModel, 'keptPositions'>): Promise<number> => {
      let kept = 0;
      for (const { input, names } of single) {
        const last = (await ranked.keptPositions(input, { lengths: [0.7, 0.5, 0.5] })).at(-1) ?? [];
        kept += Number(names.every((name) => last.includes(name)));
      }
      return kept / single.length;
    };
    const byAttention = await openTrainedModel(saved, { reducer: 'attention' });
    expect(single.length).toBeGreaterThan(6);
    expect(await keptBy(model)).toBeGreaterThan(leastKept[predictor]);
    expect(await keptBy(byAttention.model)).toBeLessThan(0.7);
    byAttention.model.dispose();

    const { tensors, predictor: stored, lengthAdaptive } = await readModelDirectory(saved);
    expect([...tensors.keys()].filter((name) => name.startsWith('reducer'))).toEqual([]);
    expect(stored?.size).toBe(learnedIn[predictor] * 3);
    expect(lengthAdaptive).toMatchObject({ reducer: { name: 'skim', ...settings }, departed: 'majority' });
    const [opened, onOnnx] = [await openTrainedModel(saved), await openOnnx(saved)];
    for (const point of points) {
      const expected = await model.run(inputs, { point });
      expect(await opened.model.run(inputs, { point })).toEqual(expected);
      for (const input of inputs) {
        if (await isNearTie(model, input, point.lengths ?? [])) continue;
        expect(await onOnnx.model.keptPositions(input, point)).toEqual(await model.keptPositions(input, point));
        expect(largestDifference(await onOnnx.model.run([input], { point }), await model.run([input], { point }))).toBeLessThan(1e-3); // prettier-ignore
      }
      expect(onOnnx.model.macs(9, point)).toBe(model.macs(9, point));
      expect(model.macs(9, point)).toBeGreaterThan(
        createTaskModel(tinyConfig, new Map(), { fresh: true, task }).macs(9, point),
      );
    }
    for (const each of [model, opened.model, onOnnx.model]) each.dispose();
  });

  test('a batch gives each row what it gets alone, tokens that left too, on both engines', async () => {
    const [onTensors, onOnnx] = [
      await openTrainedModel(join(folder, predictor)),
      await openOnnx(join(folder, predictor)),
    ];
    for (const { model } of [onTensors, onOnnx])
      for (const point of points) {
        const together = await model.run(inputs, { point });
        const width = Math.max(...inputs.map(({ ids }) => ids.length));
        for (const [row, input] of inputs.entries()) {
          const alone = await model.run([input], { point });
          const own = together.subarray(2 * row * width, 2 * (row * width + input.ids.length));
          expect(largestDifference(own, alone)).toBeLessThan(1e-4);
        }
      }
    for (const { model } of [onTensors, onOnnx]) model.dispose();
  });

  test('exported files rank by it and answer so, in single precision and in 8 bits; what asks for something else is refused', async () => {
    const text = await openTrainedModel(join(folder, predictor));
    const exported = join(folder, `${predictor}-onnx`);
    const files = await exportModel(exported, text, { inputs, precisions: ['fp32', 'int8'], leastAgreement: 0.5 });
    expect(files.map(({ verification }) => verification?.passed)).toEqual([true, true]);
    const bytes = exportGraph(await hostModel(text.model));
    expect(readOnnxFile(bytes)).toMatchObject({
      reducer: { name: 'skim', settings },
      departed: 'majority',
    });
    const engine = await createOnnxModel(bytes, text.model.config);
    for (const point of points)
      for (const input of inputs) {
        if (await isNearTie(text.model, input, point.lengths ?? [])) continue;
        const [own, reference] = [await engine.run([input], { point }), await text.model.run([input], { point })];
        expect(largestDifference(own, reference)).toBeLessThan(1e-3);
      }
    expect(engine.macs(9, points[0])).toBe(text.model.macs(9, points[0]));
    await engine.release();
    await expect(createOnnxModel(bytes, text.model.config, { departed: 'state' })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining('exported with "majority"') as unknown,
    });
    await expect(createOnnxModel(bytes, text.model.config, { reducer: { name: 'attention' } })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
    text.model.dispose();
  });
});

test('a folder whose reducer.safetensors is gone opens with another reducer, and says what is missing with its own', async () => {
  const saved = join(folder, 'linear');
  const file = join(saved, 'reducer.safetensors');
  expect(existsSync(file)).toBe(true);
  await rename(file, `${file}.away`);
  for (const open of [openTrainedModel, openOnnx])
    await expect(open(saved)).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringContaining('no reducer.safetensors beside its weights') as unknown,
    });
  for (const open of [openTrainedModel, openOnnx]) (await open(saved, { reducer: 'attention' })).model.dispose();
  await rename(`${file}.away`, file);
  await expect(openTrainedModel(saved, { reducer: { name: 'skim', predictor: 'block' } })).rejects.toMatchObject({
    code: 'TENSOR_MISSING',
    message: expect.stringContaining('train the model with it first') as unknown,
  });
  const wider = await openModel(saved);
  await saveModel(join(folder, 'narrow'), wider);
  const narrow = join(folder, 'narrow');
  await rename(join(narrow, 'reducer.safetensors'), join(narrow, 'other.safetensors'));
  const { tensors } = readSafetensors(await readFile(join(narrow, 'other.safetensors')));
  const cut = new Map([...tensors].map(([name, { shape, data, ...rest }]) => [name, name.endsWith('.weight') ? { ...rest, shape: [1, 16], data: data.slice(0, 16) } : { ...rest, shape, data }])); // prettier-ignore
  await writeFile(join(narrow, 'reducer.safetensors'), writeSafetensors(cut));
  await expect(openTrainedModel(narrow)).rejects.toMatchObject({
    code: 'SHAPE_MISMATCH',
    message: expect.stringContaining('reducer.layers.0.entering.weight') as unknown,
  });
  wider.model.dispose();
});

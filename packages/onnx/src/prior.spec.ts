import type { EncoderInput, Gradients, LengthConfig } from '@length-adaptive/core';
import { createRandom, tensorEngine } from '@length-adaptive/core';
import type { LabelledInput, TaskModel } from '@length-adaptive/models';
import {
  createTaskModel,
  createTokenizer,
  questionAnswering,
  saveModel,
  sequenceClassification,
  trainable,
} from '@length-adaptive/models';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-node';
import { exportGraph, hostModel } from './export-graph.js';
import { exportModel } from './export-model.js';
import type { OnnxModel } from './onnx-model.js';
import { createOnnxModel } from './onnx-model.js';
import { openOnnx } from './open-onnx.js';
import { largestDifference } from './testing/differences.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { tinyConfig } from './testing/tiny-model.js';
import { tokenFeeds } from './token-batch.js';
import { onnxTrainingEngine } from './training/onnx-engine.js';

const prior = { name: 'question-overlap', layers: 2, window: 3 } as const;

const questionModel = (given: typeof prior | undefined): TaskModel => {
  const model = createTaskModel(tinyConfig, new Map(), {
    task: questionAnswering(),
    fresh: true,
    seed: 5,
    prior: given,
  });
  model.markTrained(); // as if it had been trained
  return model;
};

/** Questions of 2 to 5 words with contexts that share some of them. */
const randomInputs = (seed: number, rows: number): EncoderInput[] => {
  const random = createRandom(seed);
  return Array.from({ length: rows }, () => {
    const question = Array.from({ length: random.integer(2, 5) }, () => random.integer(5, 20));
    const context = Array.from({ length: random.integer(1, 20) }, () => random.integer(5, 39));
    return {
      ids: [2, ...question, 3, ...context, 3],
      typeIds: [...question.map(() => 0), 0, 0, ...context.map(() => 1), 1],
    };
  });
};

const [folder, weights] = [temporaryFolder(), temporaryFolder()];

let model: TaskModel;
let plain: TaskModel;
beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
  model = questionModel(prior);
  plain = questionModel(undefined);
});
afterAll(() => {
  model.dispose();
  plain.dispose();
});

const configs: readonly LengthConfig[] = [
  [1, 1, 1],
  [0.8, 0.6, 0.4],
  [1, 0.5, 0.5],
  [0.6, 0.6, 0.3],
  [1, 1, 0.4],
];

const same = async (
  engine: OnnxModel,
  inputs: readonly EncoderInput[],
  lengthConfig: LengthConfig,
  reference = model,
): Promise<void> => {
  expect(
    largestDifference(
      await engine.run(inputs, { point: { lengths: lengthConfig } }),
      await reference.run(inputs, { point: { lengths: lengthConfig } }),
    ),
  ).toBeLessThan(1e-4);
  for (const input of inputs)
    expect(await engine.keptPositions(input, { lengths: lengthConfig })).toEqual(
      await reference.keptPositions(input, { lengths: lengthConfig }),
    );
};

test('a file for any configuration keeps and answers what TensorFlow.js does, row by row too', async () => {
  const host = await hostModel(model);
  const engine = await createOnnxModel(exportGraph(host), model.config, {
    prior,
    traced: () => exportGraph(host, { trace: true }),
  });
  for (const [seed, lengthConfig] of configs.entries()) await same(engine, randomInputs(seed, 4), lengthConfig);
  const inputs = randomInputs(4, configs.length);
  const rows = await engine.runRows(
    inputs,
    configs.map((lengths) => ({ lengths })),
  );
  const width = Math.max(...inputs.map(({ ids }) => ids.length));
  for (const [row, input] of inputs.entries()) {
    const alone = await model.run([input], { point: { lengths: configs[row] } });
    expect(largestDifference(rows.slice(2 * row * width, 2 * (row * width + input.ids.length)), alone)).toBeLessThan(
      1e-4,
    );
  }
  await engine.release();
});

test.each(configs)('a file with %p, %p, %p built in does, too', async (...lengthConfig) => {
  const host = await hostModel(model);
  const engine = await createOnnxModel(exportGraph(host, { point: { lengths: lengthConfig } }), model.config, {
    prior,
    traced: () => exportGraph(host, { point: { lengths: lengthConfig }, trace: true }),
  });
  await same(engine, randomInputs(6, 4), lengthConfig);
  await engine.release();
});

test('the prior changes what is kept; without it a file goes by attention', async () => {
  const inputs = randomInputs(7, 4);
  const lengthConfig = [0.6, 0.5, 0.4];
  expect(
    largestDifference(
      await model.run(inputs, { point: { lengths: lengthConfig } }),
      await plain.run(inputs, { point: { lengths: lengthConfig } }),
    ),
  ).toBeGreaterThan(0.01);
  const host = await hostModel(model);
  const engine = await createOnnxModel(exportGraph(host), model.config, {
    traced: () => exportGraph(host, { trace: true }),
  });
  await same(engine, inputs, lengthConfig, plain);
  await engine.release();
  // Tools that know nothing of it leave the input out.
  const session = await ort.InferenceSession.create(exportGraph(host, { point: { lengths: lengthConfig } }));
  const feeds = tokenFeeds(ort, inputs, {
    configs: [],
    layers: 3,
    inputNames: ['input_ids', 'attention_mask', 'token_type_ids'],
  });
  const { start_logits: starts } = await session.run(feeds as Record<string, ort.Tensor>);
  const expected = await plain.run(inputs, { point: { lengths: lengthConfig } });
  expect(
    largestDifference(
      starts?.data as Float32Array,
      expected.filter((_, i) => i % 2 === 0),
    ),
  ).toBeLessThan(1e-4);
  await session.release();
});

test('files that cannot run it are refused, and so is another task', async () => {
  const [bytes, without] = [exportGraph(await hostModel(model)), exportGraph(await hostModel(plain))];
  await expect(createOnnxModel(without, model.config, { prior })).rejects.toMatchObject({
    code: 'OPTION_INVALID',
    message: expect.stringContaining('by attention alone'),
  });
  await expect(createOnnxModel(bytes, model.config, { prior: { ...prior, layers: 1 } })).rejects.toMatchObject({
    code: 'OPTION_INVALID',
    message: expect.stringContaining('in the first 2'),
  });
  const classifier = createTaskModel({ ...tinyConfig, id2label: { 0: 'a', 1: 'b' } }, new Map(), {
    task: sequenceClassification(['a', 'b']),
    fresh: true,
  });
  await expect(createOnnxModel(bytes, classifier.config, { prior })).rejects.toMatchObject({
    name: 'ModelError',
    code: 'OPTION_INVALID',
  });
  classifier.dispose();
});

test('training and the predictions of a model in training agree with TensorFlow.js, gradients included', async () => {
  const engine = await onnxTrainingEngine(model);
  const own = tensorEngine(trainable(model));
  const batch: LabelledInput[] = randomInputs(8, 4).map((input) => ({
    input,
    target: [input.ids.length - 2, input.ids.length - 1],
  }));
  for (const reduced of [[{ config: [0.7, 0.5, 0.4] }], [{ config: [0.7, 0.6, 0.4], layers: [1, 2] }]]) {
    const [theirs, ours]: [Gradients, Gradients] = [new Map(), new Map()];
    const [expected, given] = [
      await own.step(batch, { full: {}, reduced }, theirs, {}),
      await engine.training.step(batch, { full: {}, reduced }, ours, {}),
    ];
    expect(given.loss).toBeCloseTo(expected.loss, 4);
    for (const { spec } of model.parameters) {
      const [gradient, reference] = [ours.get(spec.name), theirs.get(spec.name)];
      expect(gradient?.rows).toEqual(reference?.rows);
      if (reference) expect(largestDifference(gradient?.values ?? [], reference.values)).toBeLessThan(1e-4);
    }
  }
  const inputs = randomInputs(9, 3);
  const options = { point: { lengths: [0.7, 0.5, 0.4] } };
  expect(largestDifference(await engine.runnable.run(inputs, options), await model.run(inputs, options))).toBeLessThan(
    1e-4,
  );
  await engine.release();
});

test('an export is verified with it, carries it, and opens with it or by attention', async () => {
  const tokenizerFiles = {
    'vocab.txt': new TextEncoder().encode(
      [
        '[PAD]',
        '[UNK]',
        '[CLS]',
        '[SEP]',
        '[MASK]',
        ...'the battery lasts days what flickered screen to do a log port in march prices did rise who how long is it'.split(
          ' ',
        ),
      ].join('\n'),
    ),
  };
  const text = { model, tokenizerFiles, tokenizer: createTokenizer(tokenizerFiles), lengthAdaptive: undefined };
  const files = await exportModel(folder, text, { precisions: ['fp32'] });
  expect(files[0]?.verification?.points.map(({ samePositions }) => samePositions)).toEqual([5, 5, 5]);
  const opened = await openOnnx(folder);
  expect(opened.model.prior).toEqual(prior);
  expect(opened.lengthAdaptive?.prior).toEqual(prior);
  const inputs = randomInputs(10, 3);
  const lengthConfig = [0.7, 0.5, 0.4];
  expect(
    largestDifference(
      await opened.model.run(inputs, { point: { lengths: lengthConfig } }),
      await model.run(inputs, { point: { lengths: lengthConfig } }),
    ),
  ).toBeLessThan(1e-4);
  await opened.model.release();
  const other = await openOnnx(folder, { prior: 'none' });
  expect(other.lengthAdaptive?.prior).toBeUndefined();
  expect(
    largestDifference(
      await other.model.run(inputs, { point: { lengths: lengthConfig } }),
      await plain.run(inputs, { point: { lengths: lengthConfig } }),
    ),
  ).toBeLessThan(1e-4);
  await other.model.release();

  // Of a folder with weights the graph is made when it is opened, so that any prior runs.
  await saveModel(weights, { ...text, model: plain });
  const chosen = await openOnnx(weights, { prior });
  expect(
    largestDifference(
      await chosen.model.run(inputs, { point: { lengths: lengthConfig } }),
      await model.run(inputs, { point: { lengths: lengthConfig } }),
    ),
  ).toBeLessThan(1e-4);
  expect((await chosen.model.keptPositions(inputs[0] as EncoderInput, { lengths: lengthConfig })).length).toBe(3);
  await chosen.model.release();
});

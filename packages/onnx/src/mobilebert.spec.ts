/** Layers that are narrower inside, where other code of both engines reckons with their widths: keys, what is learned, factors, teachers. */
import type { Gradients, Reducer } from '@length-adaptive/core';
import {
  createRandom,
  drawSandwich,
  skimReducer,
  tensorEngine,
  tomeReducer,
  uniformRanks,
} from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { LabelledInput, ModelConfig, TaskModel } from '@length-adaptive/models';
import {
  createTaskModel,
  factoriseModel,
  planDistillation,
  sequenceClassification,
  tensorDistillationEngine,
  tokenClassification,
  trainable,
} from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { exportGraph, hostModel } from './export-graph.js';
import { createOnnxModel } from './onnx-model.js';
import { largestDifference } from './testing/differences.js';
import { onnxDistillationEngine } from './training/distillation-engine.js';
import { onnxTrainingEngine } from './training/onnx-engine.js';

const config: ModelConfig = {
  model_type: 'mobilebert',
  vocab_size: 60,
  hidden_size: 24,
  num_hidden_layers: 3,
  num_attention_heads: 2,
  intermediate_size: 40,
  max_position_embeddings: 24,
  initializer_range: 0.2,
  embedding_size: 6,
  intra_bottleneck_size: 8,
  num_feedforward_networks: 2,
  hidden_dropout_prob: 0.1,
};
const forms: readonly (readonly [name: string, changed: ModelConfig])[] = [
  ['queries and keys of a map of their own', {}],
  ['all of one map', { use_bottleneck_attention: true, normalization_type: 'layer_norm' }],
];
const classes = sequenceClassification(['a', 'b', 'c']);
const tags = tokenClassification(['O', 'B-x']);
const inputs = [9, 12, 5].map((length, row) => ({
  ids: Array.from({ length }, (_, token) => (token === 0 ? 2 : 5 + ((row * 17 + token * 11) % 50))),
}));
const point = { lengths: [0.8, 0.6, 0.4] };

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

const stepped = async (model: TaskModel, batch: readonly LabelledInput[]): Promise<void> => {
  const sandwich = drawSandwich({ layers: 3, dropRatioBound: 0.4, randomSubModels: 1 }, createRandom(3));
  const [own, compiled]: readonly [Gradients, Gradients] = [new Map(), new Map()];
  const onTensors = await tensorEngine(trainable(model)).step(batch, sandwich, own, {});
  const engine = await onnxTrainingEngine(model, { threads: 1 });
  const onGraphs = await engine.training.step(batch, sandwich, compiled, {});
  await engine.release();
  expect(onGraphs.loss).toBeCloseTo(onTensors.loss, 4);
  expect(compiled.size).toBe(own.size);
  for (const [name, { values }] of compiled)
    expect(largestDifference(values, own.get(name)?.values ?? new Float32Array())).toBeLessThan(2e-4);
};

describe.each(forms)('%s', (_, changed) => {
  const modelOf = (options: { readonly seed?: number; readonly reducer?: Reducer } = {}): TaskModel => {
    const model = createTaskModel({ ...config, ...changed }, new Map(), { fresh: true, task: classes, ...options });
    model.markTrained();
    return model;
  };

  test.each([
    ['keys', tomeReducer({ likeness: 'keys' })],
    ['keys, with states of their own', tomeReducer({ likeness: 'keys', unmerge: 'own' })],
    ['what is learned', skimReducer({ predictor: 'linear' })],
  ])('tokens leave or merge by %s as on TensorFlow.js', async (__, reducer) => {
    const model = modelOf({ seed: 4, reducer });
    const engine = await createOnnxModel(exportGraph(await hostModel(model)), model.config);
    expect(largestDifference(await engine.run(inputs, { point }), await model.run(inputs, { point }))).toBeLessThan(
      1e-4,
    );
    expect(engine.macs(12, point)).toBe(model.macs(12, point));
    await engine.release();
    model.dispose();
  });

  test('a reducer that reads what attention gives learns the same on both engines', async () => {
    const model = createTaskModel({ ...config, ...changed }, new Map(), {
      fresh: true,
      task: tags,
      reducer: skimReducer({ predictor: 'linear' }),
    });
    await stepped(
      model,
      inputs.map((input) => ({ input, target: input.ids.map((id) => id % 2) })),
    );
    model.dispose();
  });

  test('merging in training has the same gradients', async () => {
    const model = modelOf({ reducer: tomeReducer({ likeness: 'keys' }) });
    await stepped(
      model,
      inputs.map((input, target) => ({ input, target })),
    );
    model.dispose();
  });

  test('at the ranks of its factors both engines answer the same', async () => {
    const whole = modelOf();
    const texts = Array.from({ length: 12 }, (__, row) => ({ ids: Array.from({ length: 9 }, (___, i) => 5 + ((row * 31 + i * 7) % 50)) })); // prettier-ignore
    const { model } = await factoriseModel(whole, texts);
    for (const share of [0.9, 0.4]) {
      const ranked = { ...point, ranks: uniformRanks(3, share) };
      const engine = await createOnnxModel(
        exportGraph(await hostModel(model), { point: { ranks: ranked.ranks } }),
        model.config,
      );
      const [given, expected] = [await engine.run(inputs, { point }), await model.run(inputs, { point: ranked })];
      expect(largestDifference(given, expected)).toBeLessThan(1e-4);
      await engine.release();
    }
    model.dispose();
    whole.dispose();
  });

  test('dropout falls where the reference has it, in shapes that the masks have', async () => {
    const model = modelOf();
    const engine = await onnxTrainingEngine(model, { threads: 1 });
    const batch = inputs.map((input, target) => ({ input, target }));
    const lossWith = async (rate: number, reduced: boolean): Promise<number> => {
      const dropout = () => ({ hidden: rate, attention: rate, random: createRandom(1) });
      const sandwich = { full: {}, reduced: reduced ? [{ config: point.lengths }] : [] };
      return (await engine.training.step(batch, sandwich, new Map(), { dropout })).loss;
    };
    expect(await lossWith(0.2, true)).not.toBeCloseTo(await lossWith(0, true), 5);
    expect(await lossWith(0.2, false)).toBeGreaterThan(0);
    await engine.release();
    model.dispose();
  });

  test.each(['relations', 'intermediate'] as const)('as a teacher and as a student, by %s', async (method) => {
    const bert = { ...config, model_type: 'bert', hidden_size: 16, intermediate_size: 20, num_hidden_layers: 2 };
    const other = (seed: number): TaskModel => {
      const model = createTaskModel(bert, new Map(), { fresh: true, task: classes, seed });
      model.markTrained();
      return model;
    };
    for (const [student, teacher] of [
      [modelOf({ seed: 1 }), other(2)],
      [other(1), modelOf({ seed: 2 })],
    ] as const) {
      const plan = planDistillation(student, teacher, { method });
      const engine = await onnxDistillationEngine(plan, { threads: 1 });
      const batch = inputs.map((input, target) => ({ input, target }));
      const [own, compiled]: readonly [Gradients, Gradients] = [new Map(), new Map()];
      const sandwich = { full: {}, reduced: [] };
      const theirs = await tensorDistillationEngine(plan).step(batch, sandwich, own, {});
      const ours = await engine.training.step(batch, sandwich, compiled, {});
      expect(Math.abs(ours.loss - theirs.loss)).toBeLessThan(1e-4);
      for (const [name, { values }] of compiled)
        expect(largestDifference(values, own.get(name)?.values ?? [])).toBeLessThan(1e-4);
      await engine.release();
      student.dispose();
      teacher.dispose();
    }
  });
});

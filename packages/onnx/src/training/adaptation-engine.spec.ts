/** Adapting without labels on ONNX Runtime: the losses and gradients of TensorFlow.js, for vectors and for rankings. */
import type { Gradients, Sandwich, TrainingEngine } from '@length-adaptive/core';
import { createRandom, findReducer } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { EmbeddingSettings, LabelledInput, Task, TaskModel } from '@length-adaptive/models';
import {
  adapt,
  createTaskModel,
  embedding,
  planAdaptation,
  predictLogits,
  rerank,
  tensorDistillationEngine,
} from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { largestDifference } from '../testing/differences.js';
import { onnxDistillationEngine } from './distillation-engine.js';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

const config = {
  model_type: 'bert',
  vocab_size: 40,
  max_position_embeddings: 16,
  initializer_range: 0.3,
  hidden_size: 16,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  intermediate_size: 24,
};

const modelOf = (task: Task, seed: number, reducer = 'attention'): TaskModel => {
  const model = createTaskModel(config, new Map(), { fresh: true, task, seed, reducer: findReducer(reducer) });
  model.markTrained(); // as if it had been trained
  return model;
};

/** Lists of four, of two queries. */
const batchOf = (seed: number, rows = 8): LabelledInput[] => {
  const random = createRandom(seed);
  return Array.from({ length: rows }, (_, row) => {
    const ids = Array.from({ length: random.integer(3, 16) }, () => random.integer(4, 39));
    return { input: { ids: [2, ...ids.slice(2), 3], typeIds: ids.map(() => 0) }, list: row % 2 };
  });
};

const gradientsOf = async (
  engine: TrainingEngine<readonly LabelledInput[]>,
  batch: readonly LabelledInput[],
  sandwich: Sandwich,
): Promise<{ readonly losses: readonly number[]; readonly gradients: Gradients }> => {
  const gradients: Gradients = new Map();
  const { taskLoss, distillationLosses } = await engine.step(batch, sandwich, gradients, { scale: 0.5 });
  return { losses: [taskLoss, ...distillationLosses], gradients };
};

const vectors = (given: Partial<EmbeddingSettings> = {}): Task => embedding(16, given);

describe.each<[string, Task, string]>([
  ['vectors, the mean of tokens', vectors(), 'attention'],
  ['vectors, merged', vectors(), 'tome'],
  ['vectors, skimmed', vectors(), 'skim'],
  ['vectors, skimmed, of unit length', vectors({ normalize: true, averaged: 'kept' }), 'skim'],
  ['lists of documents, skimmed', rerank(), 'skim'],
  ['vectors of any length', vectors({ normalize: false }), 'attention'],
  ['vectors, the mean of the tokens that are kept', vectors({ averaged: 'kept' }), 'attention'],
  ['vectors, weighted by place', vectors({ pooling: 'weighted-mean' }), 'pool'],
  ['vectors, the first token', vectors({ pooling: 'first' }), 'attention'],
  ['lists of documents', rerank(), 'attention'],
])('%s', (_, task, reducer) => {
  test('losses and gradients are those of TensorFlow.js', async () => {
    const [student, teacher] = [modelOf(task, 1, reducer), modelOf(task, 2)];
    const plan = planAdaptation(student, teacher, { comparison: 0.7, temperature: 0.2 });
    const sandwich: Sandwich = { full: {}, reduced: [{ config: [0.8, 0.6, 0.4] }, { config: [0.9, 0.5, 0.5] }] };
    const batch = batchOf(3);
    const expected = await gradientsOf(tensorDistillationEngine(plan), batch, sandwich);
    const engine = await onnxDistillationEngine(plan);
    const given = await gradientsOf(engine.training, batch, sandwich);
    given.losses.forEach((loss, pass) => expect(loss).toBeCloseTo(expected.losses[pass] ?? Number.NaN, 5));
    expect(Math.min(...given.losses)).toBeGreaterThan(5e-4);
    let largest = 0;
    for (const { spec } of student.parameters) {
      const [gradient, reference] = [given.gradients.get(spec.name), expected.gradients.get(spec.name)];
      expect(gradient !== undefined).toBe(reference !== undefined);
      if (!gradient || !reference) continue;
      expect(largestDifference(gradient.values, reference.values)).toBeLessThan(2e-4);
      largest = Math.max(largest, ...reference.values.map(Math.abs));
    }
    expect(largest).toBeGreaterThan(1e-3);
    await engine.release();
    student.dispose();
    teacher.dispose();
  });
});

test('epochs are scored by what the engine answers for the original, which runs nothing itself', async () => {
  const [teacher, model] = [modelOf(vectors(), 5), modelOf(vectors(), 5)];
  const scoresOf = async (original: TaskModel, student: TaskModel, compiled: boolean) => {
    const inputs = batchOf(9, 24).map(({ input }) => ({ input }));
    const { best } = await adapt(
      student,
      original,
      { train: inputs.slice(8), dev: inputs.slice(0, 8) },
      {
        epochs: 1,
        batchSize: 8,
        ...(compiled && { engine: (plan) => onnxDistillationEngine(plan) }),
      },
    );
    return [best?.evaluation.full ?? Number.NaN, best?.evaluation.reduced ?? Number.NaN];
  };
  const run = jest.spyOn(teacher, 'run').mockRejectedValue(new Error('it was asked itself'));
  const ours = await scoresOf(teacher, model, true);
  expect(run).not.toHaveBeenCalled();
  run.mockRestore();
  const other = modelOf(vectors(), 5);
  expect(largestDifference(ours, await scoresOf(teacher, other, false))).toBeLessThan(1e-4);
  for (const each of [teacher, model, other]) each.dispose();
});

test('a copy of its original learns nothing at full length, and its shorter vectors come nearer', async () => {
  const task = vectors();
  const [original, model] = [modelOf(task, 5), modelOf(task, 5)];
  const train = batchOf(7, 64).map(({ input }) => ({ input }));
  const inputs = train.map(({ input }) => input);
  const point = { lengths: [0.7, 0.5, 0.35] };
  const nearness = async (): Promise<number> => {
    const [full, less] = [await predictLogits(original, inputs), await predictLogits(model, inputs, { point })];
    return full.reduce((sum, row, i) => sum + (task.nearness?.(row, less[i] ?? []) ?? 0), 0) / full.length;
  };
  const before = await nearness();
  const { losses } = await adapt(
    model,
    original,
    { train },
    {
      epochs: 6,
      batchSize: 16,
      learningRate: 5e-3,
      lengthDrop: { dropRatioBound: 0.3, randomSubModels: 1 },
      engine: (plan) => onnxDistillationEngine(plan),
    },
  );
  expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) * 0.8);
  expect(await nearness()).toBeGreaterThan(before + (1 - before) / 4);
  original.dispose();
  model.dispose();
});

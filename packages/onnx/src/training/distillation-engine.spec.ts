import type { Gradients, Sandwich, TrainingEngine } from '@length-adaptive/core';
import { createRandom } from '@length-adaptive/core';
import type { DistillationOptions, LabelledInput, ModelConfig, Task, TaskModel } from '@length-adaptive/models';
import {
  createTaskModel,
  distill,
  multiLabelClassification,
  planDistillation,
  questionAnswering,
  regression,
  sequenceClassification,
  tensorDistillationEngine,
  tokenClassification,
} from '@length-adaptive/models';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import * as fc from 'fast-check';
import { countingRuntime } from '../testing/counting-runtime.js';
import { largestDifference } from '../testing/differences.js';
import { onnxDistillationEngine } from './distillation-engine.js';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

const shared = { vocab_size: 30, max_position_embeddings: 12, initializer_range: 0.15 };
const bert = {
  ...shared,
  model_type: 'bert',
  hidden_size: 16,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  intermediate_size: 24,
};
const narrow = {
  ...shared,
  model_type: 'bert',
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  intermediate_size: 16,
};
const distilbert = { ...shared, model_type: 'distilbert', dim: 12, n_layers: 2, n_heads: 3, hidden_dim: 20 };

const modelOf = (config: ModelConfig, task: Task, seed: number): TaskModel => {
  const model = createTaskModel(config, new Map(), { fresh: true, task, seed });
  model.markTrained(); // as if it had been trained
  return model;
};

const randomBatch = (seed: number, { name, readout: { outputs } }: Task, rows = 4): LabelledInput[] => {
  const random = createRandom(seed);
  const targetOf = (length: number): LabelledInput['target'] => {
    if (name === 'regression') return random.normal();
    if (name === 'multi-label-classification') return Array.from({ length: outputs }, () => random.integer(0, 1));
    if (name === 'question-answering') return [random.integer(0, length - 1), random.integer(0, length - 1)];
    if (name === 'token-classification') return Array.from({ length }, () => random.integer(-1, outputs - 1));
    return random.integer(0, outputs - 1);
  };
  return Array.from({ length: rows }, () => {
    const ids = Array.from({ length: random.integer(1, 12) }, () => random.integer(0, 29));
    return {
      input: { ids, typeIds: ids.map((_, token) => (2 * token > ids.length ? 1 : 0)) },
      target: targetOf(ids.length),
    };
  });
};

const gradientsOf = async (
  engine: TrainingEngine<readonly LabelledInput[]>,
  batch: readonly LabelledInput[],
  sandwich: Sandwich,
): Promise<{ readonly loss: number; readonly gradients: Gradients }> => {
  const gradients: Gradients = new Map();
  const { loss } = await engine.step(batch, sandwich, gradients, { scale: 0.5 });
  return { loss, gradients };
};

const plain: Sandwich = { full: {}, reduced: [] };
const classes = sequenceClassification(['a', 'b', 'c']);

describe.each<[string, DistillationOptions, ModelConfig, ModelConfig, Task, Sandwich]>([
  ['intermediate, as many heads', { method: 'intermediate' }, narrow, bert, classes, plain],
  [
    'intermediate, other heads, weighted',
    { method: 'intermediate', stateWeight: 0.5, attentionWeight: 2 },
    distilbert,
    bert,
    classes,
    plain,
  ],
  ['intermediate, a deeper student', { method: 'intermediate' }, bert, distilbert, classes, plain],
  ['relations, other widths', { method: 'relations' }, narrow, distilbert, classes, plain],
  [
    'relations, a layer of the teacher',
    { method: 'relations', relationHeads: 4, teacherLayer: 2 },
    distilbert,
    bert,
    classes,
    plain,
  ],
  ['prediction of classes', { method: 'prediction', temperature: 2, labelLoss: 0.3 }, narrow, bert, classes, plain],
  [
    'prediction of classes with LengthDrop',
    { method: 'prediction' },
    narrow,
    bert,
    classes,
    { full: {}, reduced: [{ config: [0.7, 0.4] }] },
  ],
  [
    'prediction of several labels',
    { method: 'prediction', temperature: 2, labelLoss: 0.3 },
    narrow,
    bert,
    multiLabelClassification(['a', 'b', 'c', 'd']),
    { full: {}, reduced: [{ config: [0.7, 0.4] }] },
  ],
  ['prediction of numbers', { method: 'prediction' }, distilbert, bert, regression(), plain],
  ['prediction of answers', { method: 'prediction', temperature: 1.5 }, narrow, distilbert, questionAnswering(), plain],
  [
    'prediction of tags',
    { method: 'prediction', labelLoss: 1 },
    narrow,
    bert,
    tokenClassification(['O', 'B-x', 'I-x']),
    plain,
  ],
])('%s', (_, options, own, theirs, task, sandwich) => {
  test('losses and gradients are those of TensorFlow.js', async () => {
    const [student, teacher] = [modelOf(own, task, 1), modelOf(theirs, task, 2)];
    const distillation = planDistillation(student, teacher, options);
    const reference = tensorDistillationEngine(distillation);
    const engine = await onnxDistillationEngine(distillation, { threads: 1 });
    await fc.assert(
      fc.asyncProperty(fc.nat(1e6), async (seed) => {
        const batch = randomBatch(seed, task);
        const [theirStep, ourStep] = [
          await gradientsOf(reference, batch, sandwich),
          await gradientsOf(engine.training, batch, sandwich),
        ];
        expect(Math.abs(ourStep.loss - theirStep.loss)).toBeLessThan(1e-4);
        for (const [name, { values, rows }] of ourStep.gradients) {
          const expected = theirStep.gradients.get(name);
          expect(rows).toEqual(expected?.rows);
          expect(largestDifference(values, expected?.values ?? [])).toBeLessThan(1e-4);
        }
        for (const [name, { values }] of theirStep.gradients) {
          if (!ourStep.gradients.has(name)) expect(largestDifference(values, new Float32Array(values.length))).toBe(0);
        }
        expect(ourStep.gradients.has('fit_dense.weight')).toBe(options.method === 'intermediate');
      }),
      { numRuns: 3, seed: 5 },
    );
    await engine.release();
    for (const model of [student, teacher]) model.dispose();
    if (distillation.method === 'intermediate')
      for (const { variable } of distillation.fit.parameters) variable.dispose();
  });
});

test('distill on ONNX Runtime gives the losses of TensorFlow.js, and fit_dense with the student', async () => {
  const run = async (compiled: boolean) => {
    const [student, teacher] = [modelOf(narrow, classes, 1), modelOf(bert, classes, 2)];
    const { losses } = await distill(
      student,
      teacher,
      { train: randomBatch(3, classes, 8) },
      {
        method: 'intermediate',
        epochs: 2,
        batchSize: 4,
        learningRate: 1e-3,
        dropout: 0,
        ...(compiled && { engine: (plan) => onnxDistillationEngine(plan, { threads: 1 }) }),
      },
    );
    const fit = student.companions.get('fit_dense.weight');
    for (const model of [student, teacher]) model.dispose();
    return { losses, fit };
  };
  const before = tf.memory().numTensors;
  const [theirs, ours] = [await run(false), await run(true)];
  expect(tf.memory().numTensors).toBe(before);
  expect(largestDifference(ours.losses, theirs.losses)).toBeLessThan(1e-4);
  expect(ours.fit?.shape).toEqual([16, 8]);
  expect(largestDifference(ours.fit?.data ?? [], theirs.fit?.data ?? [])).toBeLessThan(1e-3);
});

test('with dropout a step is of its seed; a teacher on any engine answers; sub-models need answers', async () => {
  const [student, teacher] = [modelOf(narrow, classes, 1), modelOf(bert, classes, 2)];
  const batch = randomBatch(9, classes);
  const engine = await onnxDistillationEngine(planDistillation(student, teacher, { method: 'relations' }), {
    threads: 1,
  });
  const lossOf = async (seed: number): Promise<number> =>
    (
      await engine.training.step(batch, plain, new Map(), {
        dropout: () => ({ hidden: 0.2, attention: 0.2, random: createRandom(seed) }),
      })
    ).loss;
  expect(await lossOf(1)).toBe(await lossOf(1));
  expect(await lossOf(1)).not.toBe(await lossOf(2));
  await expect(engine.training.step(batch, { full: {}, reduced: [{}] }, new Map(), {})).rejects.toMatchObject({
    code: 'OPTION_INVALID',
  });
  await engine.release();

  const { kind: _, encoder: __, ...answering } = teacher;
  const answers = await onnxDistillationEngine(planDistillation(student, answering, { method: 'prediction' }), {
    threads: 1,
  });
  const own = await onnxDistillationEngine(planDistillation(student, teacher, { method: 'prediction' }), {
    threads: 1,
  });
  const [a, b] = [await gradientsOf(answers.training, batch, plain), await gradientsOf(own.training, batch, plain)];
  expect(Math.abs(a.loss - b.loss)).toBeLessThan(1e-5);
  for (const used of [answers, own, answers, own]) await used.release(); // again is no error
  for (const model of [student, teacher]) model.dispose();
});

test('an engine that cannot be made leaves no session of its teacher open', async () => {
  const task = regression();
  const [student, teacher] = [modelOf(narrow, task, 1), modelOf(bert, task, 2)];
  const counting = await countingRuntime();
  const plan = planDistillation(student, teacher, { method: 'prediction' });
  student.dispose();
  await expect(onnxDistillationEngine(plan, { runtime: counting.runtime })).rejects.toMatchObject({ code: 'DISPOSED' });
  expect(counting.live()).toBe(0);
  teacher.dispose();
});

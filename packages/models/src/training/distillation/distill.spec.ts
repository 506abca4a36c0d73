import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrainerState } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import { createStudent } from './create-student.js';
import type { DistillOptions } from './distill.js';
import { distill } from './distill.js';
import { layerMatches } from './layer-matches.js';
import { sameVocabulary } from './check-teacher.js';
import type { LabelledInput } from '../../tasks/labelled-input.js';
import { openModel, openTrainedModel, saveModel } from '../../model/open-model.js';
import { saveParameters } from '../../architectures/parameters.js';
import { createTaskModel } from '../../model/task-model.js';
import type { TaskModel } from '../../model/task-model.js';
import { questionAnswering } from '../../tasks/question-answering.js';
import { regression } from '../../tasks/regression.js';
import { sequenceClassification } from '../../tasks/sequence-classification.js';
import type { Task } from '../../tasks/task.js';
import { tokenClassification } from '../../tasks/token-classification.js';
import { memorySource, tinyConfig, tinyVocabulary } from '../../testing/tiny-model.js';
import { createTokenizer } from '../../tokenizer/tokenizer.js';
import { writeSafetensors } from '../../weights/write-safetensors.js';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

const quiet = {
  hidden_dropout_prob: 0,
  attention_probs_dropout_prob: 0,
  dropout: 0,
  attention_dropout: 0,
  seq_classif_dropout: 0,
  qa_dropout: 0,
};
const bertConfig = { ...tinyConfig, ...quiet, initializer_range: 0.3 };
const distilbertConfig = {
  ...quiet,
  model_type: 'distilbert',
  vocab_size: 40,
  dim: 24,
  n_layers: 2,
  n_heads: 3,
  hidden_dim: 48,
  max_position_embeddings: 32,
  initializer_range: 0.1,
};
const tinybertConfig = {
  ...tinyConfig,
  ...quiet,
  model_type: 'tinybert',
  num_hidden_layers: 2,
  hidden_size: 16,
  num_attention_heads: 2,
  intermediate_size: 32,
};

const binary = sequenceClassification(['bad', 'good']);

const modelOf = (config: Readonly<Record<string, unknown>>, task: Task = binary, seed = 1): TaskModel => {
  const model = createTaskModel(config, new Map(), { fresh: true, task, seed });
  model.markTrained(); // as if it had been trained
  return model;
};

/** Rows of 3 to 10 tokens. */
const examplesOf = (count: number, target: (length: number) => LabelledInput['target'] = () => 0): LabelledInput[] =>
  Array.from({ length: count }, (_, i) => {
    const ids = Array.from({ length: 3 + (i % 8) }, (__, j) => (j === 0 ? 2 : 5 + ((7 * i + 11 * j) % 35)));
    return { input: { ids, typeIds: ids.map(() => 0) }, target: target(ids.length) };
  });

const train = examplesOf(16);
const options = (method: DistillOptions['method'], more: Partial<DistillOptions> = {}): DistillOptions => ({
  method,
  epochs: 6,
  batchSize: 8,
  learningRate: 3e-3,
  seed: 1,
  ...more,
});

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test('layers match so that the last ones do', () => {
  expect(layerMatches(3, 6).map(({ teacher }) => teacher)).toEqual([0, 2, 4, 6]);
  expect(layerMatches(6, 12).map(({ teacher }) => teacher)).toEqual([0, 2, 4, 6, 8, 10, 12]);
  expect(layerMatches(4, 6).map(({ teacher }) => teacher)).toEqual([0, 2, 3, 5, 6]);
  expect(layerMatches(4, 1).map(({ teacher }) => teacher)).toEqual([0, 1, 1, 1, 1]);
});

describe.each([
  ['distilbert of a bert', bertConfig, distilbertConfig],
  ['tinybert of a distilbert', distilbertConfig, tinybertConfig],
  ['deeper bert of a tinybert', tinybertConfig, bertConfig],
])('%s', (_, theirs, own) => {
  test.each(['intermediate', 'prediction', 'relations'] as const)(
    '%s distillation lowers its loss and leaves no tensor behind',
    async (method) => {
      const before = tf.memory().numTensors;
      const [teacher, student] = [modelOf(theirs), modelOf(own, binary, 2)];
      const weights = await saveParameters(teacher.parameters);
      const { losses, steps } = await distill(student, teacher, { train }, options(method));
      expect(steps).toBe(12);
      expect(mean(losses.slice(-2))).toBeLessThan(0.9 * mean(losses.slice(0, 2)));
      expect(await saveParameters(teacher.parameters)).toEqual(weights);
      teacher.dispose();
      student.dispose();
      expect(tf.memory().numTensors).toBe(before);
    },
  );
});

describe.each<[Task, (length: number) => LabelledInput['target']]>([
  [regression(), () => 1],
  [questionAnswering(), (length) => [0, length - 1]],
  [tokenClassification(['O', 'B-x']), (length) => Array.from({ length }, (_, i) => (i % 3) - 1)],
])('prediction of $name', (task, target) => {
  test('nears the teacher, with labels beside it too', async () => {
    const [teacher, student] = [modelOf(bertConfig, task), modelOf(tinybertConfig, task, 2)];
    const examples = examplesOf(16, target);
    const { losses } = await distill(student, teacher, { train: examples }, options('prediction', { temperature: 2 }));
    expect(mean(losses.slice(-2))).toBeLessThan(0.95 * mean(losses.slice(0, 2)));
    const labelled = await distill(
      student,
      teacher,
      { train: examples },
      options('prediction', { labelLoss: 0.5, epochs: 1 }),
    );
    const plain = await distill(student, teacher, { train: examples }, options('prediction', { epochs: 1 }));
    expect(labelled.losses[0]).toBeGreaterThan(plain.losses[0] ?? Number.NaN);
    teacher.dispose();
    student.dispose();
  });
});

test('a copy of the teacher has nothing to learn', async () => {
  const teacher = modelOf(bertConfig);
  const student = await createStudent(teacher, { layers: [0, 1, 2] });
  for (const method of ['prediction', 'relations'] as const) {
    const { losses } = await distill(student, teacher, { train }, options(method, { epochs: 1, learningRate: 0 }));
    for (const loss of losses) expect(Math.abs(loss)).toBeLessThan(1e-6);
  }
  const attention = await distill(
    student,
    teacher,
    { train },
    options('intermediate', { epochs: 1, learningRate: 0, stateWeight: 0 }),
  );
  for (const loss of attention.losses) expect(Math.abs(loss)).toBeLessThan(1e-6);
  teacher.dispose();
  student.dispose();
});

test('the same seed gives the same run, and a run that was stopped ends as if it had not been', async () => {
  const teacher = modelOf(bertConfig);
  const run = async (
    more: Partial<DistillOptions> = {},
  ): Promise<readonly [readonly number[], Map<string, unknown>]> => {
    const student = modelOf({ ...tinybertConfig, hidden_dropout_prob: 0.1 }, binary, 2);
    try {
      const { losses } = await distill(student, teacher, { train }, options('intermediate', { epochs: 3, ...more }));
      return [losses, new Map([...(await saveParameters(student.parameters)), ...student.companions])];
    } finally {
      student.dispose();
    }
  };
  const whole = await run();
  expect([...whole[1].keys()]).toEqual(expect.arrayContaining(['fit_dense.weight', 'fit_dense.bias']));
  expect(await run()).toEqual(whole);

  const stop = new AbortController();
  let saved: TrainerState | undefined;
  const first = run({
    signal: stop.signal,
    onStep: ({ step }) => {
      if (step === 2) stop.abort();
    },
    onCheckpoint: (state) => {
      saved = structuredClone(state);
      return Promise.resolve();
    },
  });
  await expect(first).rejects.toMatchObject({ code: 'ABORTED' });
  expect(saved?.weights.has('fit_dense.weight')).toBe(true);
  const [losses, weights] = await run({ resume: saved });
  expect(losses).toEqual(whole[0].slice(2));
  expect(weights).toEqual(whole[1]);
  teacher.dispose();
});

test('fit_dense goes into the checkpoint, another run goes on with it, and prediction leaves it behind', async () => {
  const teacher = modelOf(bertConfig);
  const student = modelOf(tinybertConfig, binary, 2);
  await distill(student, teacher, { train }, options('intermediate', { epochs: 2 }));
  expect(student.companions.get('fit_dense.weight')?.shape).toEqual([32, 16]);

  const files = {
    'config.json': JSON.stringify(student.config),
    'model.safetensors': writeSafetensors(
      new Map([...(await saveParameters(student.parameters)), ...student.companions]),
    ),
    'vocab.txt': tinyVocabulary.join('\n'),
  };
  const { model } = await openModel(memorySource(files));
  expect(model.parameters.some(({ spec }) => spec.name.startsWith('fit_dense'))).toBe(false);
  expect([...model.companions.keys()].sort()).toEqual(['fit_dense.bias', 'fit_dense.weight']);
  const next = (from: TaskModel) => distill(from, teacher, { train }, options('intermediate', { epochs: 1, seed: 9 }));
  const [ours, theirs] = [await next(model), await next(student)];
  expect(ours.losses).toEqual(theirs.losses);

  model.markTrained();
  await distill(model, teacher, { train }, options('prediction', { epochs: 1 }));
  expect(model.companions.size).toBe(0);
  for (const used of [teacher, student, model]) used.dispose();
});

test('LengthDrop with a teacher: the full pass learns from it, sub-models from the full pass', async () => {
  const [teacher, student] = [modelOf(bertConfig), modelOf(tinybertConfig, binary, 2)];
  const reports: number[] = [];
  const { losses, best } = await distill(student, teacher, { train, dev: train }, options('prediction', {
    epochs: 2,
    metric: 'probability',
    lengthDrop: { dropRatioBound: 0.3, randomSubModels: 1 },
    onStep: ({ taskLoss, distillationLosses }) => reports.push(taskLoss, ...distillationLosses),
  })); // prettier-ignore
  expect(losses).toHaveLength(4);
  expect(reports).toHaveLength(4 * 3);
  expect(best?.evaluation).toMatchObject({ full: expect.any(Number), reduced: expect.any(Number) });
  await expect(distill(student, teacher, { train }, options('relations', { lengthDrop: {} }))).rejects.toMatchObject({
    code: 'OPTION_INVALID',
  });
  teacher.dispose();
  student.dispose();
});

test('a head stays new until prediction has trained it', async () => {
  const teacher = modelOf(bertConfig);
  const student = createTaskModel(tinybertConfig, new Map(), { fresh: true, task: binary });
  await distill(student, teacher, { train }, options('relations', { epochs: 1 }));
  expect(student.initialised).toEqual([
    'bert.pooler.dense.weight',
    'bert.pooler.dense.bias',
    'classifier.weight',
    'classifier.bias',
  ]);
  const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-'));
  const tokenizerFiles = { 'vocab.txt': new TextEncoder().encode(tinyVocabulary.join('\n')) };
  try {
    await saveModel(folder, { model: student, tokenizerFiles });
    await expect(openTrainedModel(folder)).rejects.toMatchObject({
      code: 'TENSOR_MISSING',
      message: expect.stringContaining('classifier.weight'),
    });
    const { model } = await openModel(folder);
    expect(model.initialised).toEqual(student.initialised);
    model.dispose();
    await distill(student, teacher, { train }, options('prediction', { epochs: 1 }));
    expect(student.initialised).toEqual([]);
    await saveModel(folder, { model: student, tokenizerFiles });
    (await openTrainedModel(folder)).model.dispose();
  } finally {
    rmSync(folder, { recursive: true });
  }
  teacher.dispose();
  student.dispose();
});

describe('refused', () => {
  const refusal = async (student: TaskModel, teacher: TaskModel, given: DistillOptions): Promise<unknown> => {
    try {
      return await distill(student, teacher, { train }, given).then(
        () => undefined,
        (error: unknown) => error,
      );
    } finally {
      student.dispose();
      teacher.dispose();
    }
  };

  test.each<[string, Readonly<Record<string, unknown>>, Task, Partial<DistillOptions>, string, RegExp]>([
    [
      'another vocabulary',
      { ...tinybertConfig, vocab_size: 41 },
      binary,
      {},
      'TEACHER_MISMATCH',
      /vocabulary of 41 tokens and the teacher one of 40/,
    ],
    [
      'another task',
      tinybertConfig,
      regression(),
      {},
      'TEACHER_MISMATCH',
      /The student does regression and the teacher sequence-classification \(bad, good\)/,
    ],
    ['other labels', tinybertConfig, sequenceClassification(['good', 'bad']), {}, 'TEACHER_MISMATCH', /good, bad/],
    ['no temperature', tinybertConfig, binary, { temperature: 0 }, 'OPTION_INVALID', /temperature is 0/],
    [
      'heads that fit one width only',
      tinybertConfig,
      binary,
      { method: 'relations', relationHeads: 32 },
      'OPTION_INVALID',
      /relationHeads is 32; expected a whole number that divides both widths, 16 and 32/,
    ],
    [
      'half a head',
      tinybertConfig,
      binary,
      { method: 'relations', relationHeads: 0.5 },
      'OPTION_INVALID',
      /relationHeads is 0.5/,
    ],
    [
      'an option of another method',
      tinybertConfig,
      binary,
      { method: 'intermediate', labelLoss: 0.5 },
      'OPTION_INVALID',
      /labelLoss goes with prediction distillation; the method is intermediate/,
    ],
    [
      'a layer beyond',
      tinybertConfig,
      binary,
      { method: 'relations', teacherLayer: 3 },
      'OPTION_INVALID',
      /teacherLayer is 3; expected a layer of the teacher, 0 to 2/,
    ],
  ])('%s', async (_, config, task, more, code, message) => {
    const error = await refusal(modelOf(config, task), modelOf(bertConfig), { ...options('prediction'), ...more });
    expect(error).toMatchObject({ name: 'ModelError', code, message: expect.stringMatching(message) });
  });

  test('a teacher whose head was never trained, unless its answers are not asked for', async () => {
    const untrained = () => createTaskModel(bertConfig, new Map(), { fresh: true, task: binary });
    expect(await refusal(modelOf(tinybertConfig), untrained(), options('prediction'))).toMatchObject({
      code: 'TENSOR_MISSING',
      message: expect.stringMatching(/no trained head/),
    });
    expect(await refusal(modelOf(tinybertConfig), untrained(), options('relations', { epochs: 1 }))).toBeUndefined();
  });

  test('a teacher on another engine shows no layers, but answers', async () => {
    const [student, inner] = [modelOf(tinybertConfig), modelOf(bertConfig)];
    const { kind: _, encoder: __, ...teacher } = inner;
    await expect(
      distill(student, { ...teacher, engine: 'onnxruntime' }, { train }, options('intermediate')),
    ).rejects.toThrow(/A teacher on onnxruntime gives its answers alone/);
    expect(
      (await distill(student, { ...teacher, engine: 'onnxruntime' }, { train }, options('prediction', { epochs: 1 })))
        .steps,
    ).toBe(2);
    student.dispose();
    inner.dispose();
  });

  test('tokenizers of as many tokens but other words', () => {
    const of = (words: readonly string[]) =>
      createTokenizer({ 'vocab.txt': new TextEncoder().encode(words.join('\n')) });
    expect(sameVocabulary(of(tinyVocabulary), of(tinyVocabulary))).toBe(true);
    expect(sameVocabulary(of(tinyVocabulary), of([...tinyVocabulary.slice(0, -1), 'other']))).toBe(false);
    expect(sameVocabulary(of(tinyVocabulary), of([...tinyVocabulary, 'other']))).toBe(false);
  });
});

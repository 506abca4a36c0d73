/** Adapting without labels on TensorFlow.js: what is learned, what is refused, and that a run goes on as if it had never stopped. */
import type { TrainerState } from '@length-adaptive/core';
import { createRandom, findReducer } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import { createTaskModel } from '../../model/task-model.js';
import type { TaskModel } from '../../model/task-model.js';
import { predictLogits } from '../../model/predict-logits.js';
import { indexDigest } from '../../folder/index-digest.js';
import { embedding } from '../../tasks/embedding.js';
import type { LabelledInput } from '../../tasks/labelled-input.js';
import { rerank } from '../../tasks/rerank.js';
import { sequenceClassification } from '../../tasks/sequence-classification.js';
import type { Task } from '../../tasks/task.js';
import { decodeTrainerState, encodeTrainerState } from '../trainer-checkpoint.js';
import type { AdaptOptions } from './adapt.js';
import { adapt } from './adapt.js';

beforeAll(() => useWasm());

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

const modelOf = (task: Task, seed = 5, changes = {}, reducer = 'tome'): TaskModel => {
  const model = createTaskModel({ ...config, ...changes }, new Map(), {
    fresh: true,
    task,
    seed,
    reducer: findReducer(reducer),
  });
  model.markTrained(); // as if it had been trained
  return model;
};

const inputsOf = (seed: number, count: number, listSize?: number): LabelledInput[] => {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const ids = Array.from({ length: random.integer(4, 14) }, () => random.integer(4, 39));
    return { input: { ids: [2, ...ids, 3] }, ...(listSize !== undefined && { list: Math.floor(i / listSize) }) };
  });
};

const point = { lengths: [0.7, 0.5, 0.35] };
const options: AdaptOptions = {
  epochs: 3,
  batchSize: 8,
  learningRate: 3e-3,
  lengthDrop: { dropRatioBound: 0.3, randomSubModels: 1 },
};

const lossOfWeights = async (model: TaskModel): Promise<number[]> =>
  [...(await model.parameters[0]?.variable.data()) ?? []].slice(0, 50); // prettier-ignore

test('shorter vectors come nearer to the original, the full length stays there, and the better epoch is kept', async () => {
  const task = embedding(16);
  const [original, model] = [modelOf(task, 5, {}, 'attention'), modelOf(task, 5, {}, 'attention')];
  const [train, dev] = [inputsOf(1, 48), inputsOf(2, 12)];
  const inputs = dev.map(({ input }) => input);
  const full = await predictLogits(original, inputs);
  const nearness = async (at: typeof point | undefined): Promise<number> => {
    const rows = await predictLogits(model, inputs, { point: at });
    return rows.reduce((sum, row, i) => sum + (task.nearness?.(full[i] ?? [], row) ?? 0), 0) / rows.length;
  };
  const before = await nearness(point);
  const scores: { full: number; reduced: number }[] = [];
  const { losses, best } = await adapt(
    model,
    original,
    { train, dev },
    { ...options, onEpoch: (_, evaluation) => evaluation && scores.push(evaluation) },
  );
  expect(losses).toHaveLength(18);
  expect(scores).toHaveLength(3);
  expect(await nearness(point)).toBeGreaterThan(before + (1 - before) / 5);
  expect(await nearness(undefined)).toBeCloseTo(best?.evaluation.full ?? Number.NaN, 5);
  expect(best?.evaluation.full).toBeGreaterThan(0.9);
  original.dispose();
  model.dispose();
});

test.each<[string, Task, number | undefined]>([
  ['vectors', embedding(16), undefined],
  ['lists of documents', rerank(), 4],
])('%s: a run that was stopped and goes on has the same losses and weights', async (_, task, listSize) => {
  const train = inputsOf(3, 32, listSize);
  const run = async (more: AdaptOptions): Promise<{ losses: readonly number[]; weights: number[] }> => {
    const [original, model] = [modelOf(task, 6), modelOf(task, 6)];
    const { losses } = await adapt(model, original, { train }, { ...options, epochs: 2, ...more });
    const weights = await lossOfWeights(model);
    original.dispose();
    model.dispose();
    return { losses, weights };
  };
  const whole = await run({});
  let state: TrainerState | undefined;
  const stop = new AbortController();
  await expect(
    run({
      signal: stop.signal,
      onStep: ({ step }) => step === 5 && stop.abort(),
      onCheckpoint: (at) => {
        state = decodeTrainerState(encodeTrainerState(at));
        return Promise.resolve();
      },
    }),
  ).rejects.toMatchObject({ code: 'ABORTED' });
  const rest = await run({ resume: state });
  expect(rest.losses).toEqual(whole.losses.slice(5));
  expect(rest.weights).toEqual(whole.weights);
});

test('refused: a task that needs labels, an original of another width or task, weights that are no numbers to weigh by', async () => {
  const train = inputsOf(4, 4);
  const expectRefused = async (model: TaskModel, original: TaskModel, more: AdaptOptions, error: object) => {
    await expect(adapt(model, original, { train }, more)).rejects.toMatchObject(error);
    original.dispose();
    model.dispose();
  };
  const classes = sequenceClassification(['a', 'b']);
  const message = (text: string) => expect.stringContaining(text) as unknown;
  await expectRefused(
    modelOf(classes),
    modelOf(classes),
    {},
    { code: 'OPTION_INVALID', message: message('lat train') },
  );
  await expectRefused(modelOf(embedding(16)), modelOf(embedding(8), 5, { hidden_size: 8 }), {}, { code: 'TEACHER_MISMATCH' }); // prettier-ignore
  await expectRefused(modelOf(embedding(16)), modelOf(rerank()), {}, { code: 'TEACHER_MISMATCH' });
  await expectRefused(modelOf(rerank()), modelOf(rerank()), { temperature: 0 }, { code: 'OPTION_INVALID', message: message('temperature is 0') }); // prettier-ignore
  await expectRefused(modelOf(rerank()), modelOf(rerank()), { comparison: -1 }, { code: 'OPTION_INVALID' });
});

test('vectors lie in the index of the original where the folder states that they are near enough', () => {
  const of = (devScore: object | undefined) => indexDigest({ training: { originalWeights: 'abc', devScore } });
  expect(of({ full: 0.999, reduced: 0.97 })).toBe('abc');
  expect(of({ full: 0.9, reduced: 0.8 })).toBeUndefined();
  expect(of(undefined)).toBeUndefined();
  expect(indexDigest({ training: { devScore: { full: 1 } } })).toBeUndefined();
  expect(indexDigest(undefined)).toBeUndefined();
});

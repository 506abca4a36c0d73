/** A reducer that learns to decide: the compiled step against that of TensorFlow.js, and what comes of it. */
import type { Gradients } from '@length-adaptive/core';
import { createRandom, skimReducer, tensorEngine } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { LabelledInput, Task, TaskModel } from '@length-adaptive/models';
import {
  createTaskModel,
  fineTune,
  questionAnswering,
  sequenceClassification,
  tokenClassification,
  trainable,
} from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { largestDifference } from '../testing/differences.js';
import { trainedConfig as config } from '../testing/trained-config.js';
import { onnxTrainingEngine } from './onnx-engine.js';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

const configs = {
  bert: config,
  modernbert: { ...config, model_type: 'modernbert', local_attention: 6, global_attn_every_n_layers: 2 },
  'deberta-v2': {
    ...config,
    model_type: 'deberta-v2',
    relative_attention: true,
    position_buckets: 6,
    pos_att_type: 'c2p|p2c',
    share_att_key: true,
    norm_rel_ebd: 'layer_norm',
    position_biased_input: false,
  },
};

const tags = tokenClassification(['O', 'B-x', 'I-x']);

/** Examples of several lengths, with something to learn of each. */
const examplesOf = ({ name, readout: { outputs } }: Task, count: number): LabelledInput[] =>
  Array.from({ length: count }, (_, seed) => {
    const random = createRandom(seed, 7);
    const ids = Array.from({ length: random.integer(4, 20) }, () => random.integer(0, 59));
    const typeIds = ids.map((_, token) => Number(2 * token > ids.length));
    const place = (): number => random.integer(1, ids.length - 1);
    const target =
      name === 'token-classification'
        ? ids.map((id, token) => (token === 0 || token === ids.length - 1 ? -1 : id % 9 === 0 ? 1 : 0))
        : name === 'question-answering'
          ? [place(), place()].sort((a, b) => a - b)
          : random.integer(0, outputs - 1);
    return { input: { ids, typeIds }, target };
  });

interface Case {
  readonly family?: keyof typeof configs;
  readonly task: Task;
  readonly predictor?: 'linear' | 'block';
  readonly learn?: 'straight-through' | 'both';
  readonly departed?: 'majority' | 'state';
}

const modelOf = (
  { family = 'bert', task, predictor = 'linear', learn = 'straight-through', departed }: Case,
  bias = 0,
) =>
  createTaskModel(configs[family], new Map(), {
    fresh: true,
    task,
    departed,
    reducer: skimReducer({ predictor, learn, bias, price: 0.7, temperature: 0.8 }),
  });

/** How many of all real tokens are there after each layer, by decisions without noise. */
const sharesOf = (model: TaskModel, examples: readonly LabelledInput[]): number[] =>
  tf.tidy(() => {
    const batch = examples.map(({ input }) => input);
    const all = batch.reduce((sum, { ids }) => sum + ids.length, 0);
    const { decisions } = model.forward(batch, { decide: { temperature: 1 } });
    return decisions.map((layer) => {
      const rows = layer.arraySync();
      return batch.reduce((sum, { ids }, b) => sum + (rows[b] ?? []).slice(0, ids.length).reduce((x, y) => x + y, 0), 0) / all; // prettier-ignore
    });
  });

const name = ({
  family = 'bert',
  task: { name: job },
  predictor = 'linear',
  learn = 'straight-through',
  departed = 'state',
}: Case): string => [family, job, predictor, learn, departed].join(', ');

test.each(
  (
    [
      { task: tags },
      { task: tags, departed: 'majority' },
      { task: tags, learn: 'both', predictor: 'block' },
      { task: tags, family: 'modernbert', departed: 'majority' },
      { task: tags, family: 'deberta-v2', predictor: 'block' },
      { task: sequenceClassification(['a', 'b']) },
      { task: sequenceClassification(['a', 'b']), family: 'modernbert', predictor: 'block' },
      { task: questionAnswering(), learn: 'both' },
    ] as readonly Case[]
  ).map((given) => [name(given), given] as const),
)('one step: the same loss and gradients on both engines (%s)', async (_, given) => {
  const model = modelOf(given);
  const batch = examplesOf(given.task, 6);
  const shares = sharesOf(model, batch);
  expect(shares[0]).toBeGreaterThan(0.2); // some go, some stay
  expect(shares.at(-1)).toBeLessThan(0.9);
  const [own, compiled]: readonly [Gradients, Gradients] = [new Map(), new Map()];
  const sandwich = { full: {}, reduced: [{ config: [0.8, 0.6, 0.4] }] };
  const onTensors = await tensorEngine(trainable(model)).step(batch, sandwich, own, {});
  const engine = await onnxTrainingEngine(model);
  const onGraphs = await engine.training.step(batch, sandwich, compiled, {});
  await engine.release();
  expect(onGraphs.loss).toBeCloseTo(onTensors.loss, 4);
  expect(onGraphs.taskLoss).toBeCloseTo(onTensors.taskLoss, 4);
  for (const [name, { values }] of compiled)
    expect({ name, far: largestDifference(values, own.get(name)?.values ?? new Float32Array()) > 3e-4 }).toEqual({
      name,
      far: false,
    });
  const learned = [...compiled.keys()].filter((name) => name.startsWith('reducer.'));
  const layers = new Set(learned.map((name) => name.split('.')[2]));
  expect(layers.size).toBeGreaterThanOrEqual(given.task.readout.pool === 'none' ? 3 : 2);
  for (const name of learned.filter((each) => each.includes('layers.0.')))
    expect(compiled.get(name)?.values.some((slope) => slope !== 0)).toBe(true);
  model.dispose();
});

test('it learns to skim what does not matter, and a higher price skims more; at the full length nothing is decided', async () => {
  const examples = examplesOf(tags, 64);
  const sharesAt = async (price: number): Promise<{ shares: number[]; untrained: number[] }> => {
    const model = createTaskModel(config, new Map(), {
      fresh: true,
      task: tags,
      departed: 'majority',
      reducer: skimReducer({ learn: 'straight-through', price, bias: 1 }),
    });
    const untrained = sharesOf(model, examples);
    const engine = await onnxTrainingEngine(model);
    await fineTune(model, { train: examples }, { epochs: 12, batchSize: 16, learningRate: 2e-3, engine });
    await engine.release();
    const shares = sharesOf(model, examples);
    const full = await model.run(examples.slice(0, 2).map(({ input }) => input));
    expect(full.every(Number.isFinite)).toBe(true);
    model.dispose();
    return { shares, untrained };
  };
  const [cheap, dear] = [await sharesAt(0), await sharesAt(2)];
  expect(dear.untrained).toEqual(cheap.untrained);
  expect(dear.shares.at(-1)).toBeLessThan((dear.untrained.at(-1) ?? 0) - 0.2);
  expect(dear.shares.at(-1)).toBeLessThan((cheap.shares.at(-1) ?? 0) - 0.2);
});

test('as published nearly all stay at first', () => {
  for (const predictor of ['linear', 'block'] as const) {
    const model = modelOf({ task: tags, predictor }, 5);
    expect(sharesOf(model, examplesOf(tags, 12)).at(-1)).toBeGreaterThan(0.95);
    model.dispose();
  }
});

test('decisions and what matters, for a task that does not say what does, are refused', async () => {
  const task = sequenceClassification(['a', 'b']);
  const model = modelOf({ task, learn: 'both' });
  await expect(fineTune(model, { train: examplesOf(task, 4) }, { epochs: 1 })).rejects.toMatchObject({
    name: 'ModelError',
    code: 'OPTION_INVALID',
    message: expect.stringContaining('does not say which matter') as unknown,
  });
  model.dispose();
});

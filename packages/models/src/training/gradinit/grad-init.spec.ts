import type { Gradients, ParameterValues, TrainingEngine } from '@length-adaptive/core';
import { createRandom, tensorEngine } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import * as fc from 'fast-check';
import type { TaskModel } from '../../model/task-model.js';
import { createTaskModel } from '../../model/task-model.js';
import { sequenceClassification } from '../../tasks/sequence-classification.js';
import type { LabelledInput } from '../../tasks/labelled-input.js';
import { fineTune, trainable } from '../fine-tune.js';
import { curvatureAlong } from './curvature.js';
import { gradInit } from './grad-init.js';
import { initialiseModel } from './initialise-model.js';
import { directionOf, moveWeights, normOf, scaleWeights, slopesOf } from './scale-weights.js';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

const config = {
  model_type: 'bert',
  vocab_size: 40,
  hidden_size: 16,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 24,
  max_position_embeddings: 16,
  initializer_range: 0.2,
};
const fresh = (seed = 1): TaskModel =>
  createTaskModel(config, new Map(), { fresh: true, seed, task: sequenceClassification(['a', 'b']) });

/** Texts whose class is whether a certain word is there. */
const examplesOf = (seed: number, count = 48): LabelledInput[] => {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const words = Array.from({ length: random.integer(2, 9) }, () => random.integer(5, 39));
    return { input: { ids: [2, ...words, ...(i % 2 === 0 ? [4] : []), 3] }, target: i % 2 };
  });
};
const examples = examplesOf(3);

type Batch = readonly LabelledInput[];
const engineOf = (model: TaskModel): TrainingEngine<Batch> => tensorEngine(trainable(model));
const passOf = async (engine: TrainingEngine<Batch>, weights: ParameterValues, batch: Batch) => {
  engine.writeWeights(weights);
  const gradients: Gradients = new Map();
  const { loss } = await engine.step(batch, { full: {}, reduced: [] }, gradients, {});
  return { loss, gradients };
};

test('no iteration leaves the weights bit for bit; any leaves each block its direction, times a factor within bounds', async () => {
  const model = fresh();
  const before = await engineOf(model).readWeights();
  await initialiseModel(model, examples, { iterations: 0 });
  expect(await engineOf(model).readWeights()).toEqual(before);
  const bounds = [0.9, 1.15] as const;
  const { scales, reports } = await initialiseModel(model, examples, {
    iterations: 20,
    scaleRate: 0.02,
    batchSize: 8,
    bounds,
  });
  const after = await engineOf(model).readWeights();
  expect(reports.map(({ iteration }) => iteration)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  expect(new Set(scales.values()).size).toBeGreaterThan(10);
  for (const [name, values] of after) {
    const scale = scales.get(name);
    const zeros = before.get(name)?.every((value) => value === 0);
    expect(scale === undefined).toBe(zeros);
    if (scale === undefined) continue;
    expect(scale).toBeGreaterThanOrEqual(bounds[0]);
    expect(scale).toBeLessThanOrEqual(bounds[1]);
    expect(Math.hypot(...values.slice(0, 1000))).toBeGreaterThan(0);
    values.forEach((value, i) => expect(value).toBeCloseTo(scale * (before.get(name)?.[i] ?? Number.NaN), 6));
  }
  expect([...scales.values()].some((scale) => scale === bounds[0] || scale === bounds[1])).toBe(true);
  model.dispose();
});

describe('slopes of the factors are those of finite differences', () => {
  const model = () => fresh(5);
  const [stepBatch, judgeBatch] = [examples.slice(0, 8), examples.slice(4, 12)];
  const change = 2e-2;

  test.each(['sum', 'euclidean'] as const)('of the loss after a step, %s', async (norm) => {
    const own = model();
    const engine = engineOf(own);
    const start = await engine.readWeights();
    const scales = new Map([...start.keys()].map((name, i) => [name, 0.8 + 0.1 * (i % 5)]));
    const { gradients } = await passOf(engine, scaleWeights(start, scales), stepBatch);
    const direction = directionOf(gradients, norm);
    const lossAt = async (changed: ReadonlyMap<string, number>) =>
      (await passOf(engine, moveWeights(scaleWeights(start, new Map(changed)), direction, -1e-3), judgeBatch)).loss;
    const after = await passOf(engine, moveWeights(scaleWeights(start, scales), direction, -1e-3), judgeBatch);
    const slopes = slopesOf(start, after.gradients, scales);
    const names = [...slopes].filter(([, slope]) => Math.abs(slope) > 1e-3).map(([name]) => name);
    expect(names.length).toBeGreaterThan(5);
    expect(names).toContain('bert.embeddings.word_embeddings.weight'); // whose gradient comes by rows
    for (const name of names) {
      const scale = scales.get(name) ?? 1;
      const [more, less] = [new Map([...scales, [name, scale + change]]), new Map([...scales, [name, scale - change]])];
      const expected = ((await lossAt(more)) - (await lossAt(less))) / (2 * change);
      expect(Math.abs((slopes.get(name) ?? 0) - expected)).toBeLessThan(2e-3 + 0.02 * Math.abs(expected));
    }
    own.dispose();
  });

  test.each(['sum', 'euclidean'] as const)('of the size of the gradient, %s', async (norm) => {
    const own = model();
    const engine = engineOf(own);
    const start = await engine.readWeights();
    const scales = new Map([...start.keys()].map((name) => [name, 1]));
    const gradientsAt = async (weights: ParameterValues) => (await passOf(engine, weights, stepBatch)).gradients;
    const sizeAt = async (changed: ReadonlyMap<string, number>) =>
      normOf(await gradientsAt(scaleWeights(start, new Map(changed))), norm);
    const direction = directionOf(await gradientsAt(start), norm);
    const slopes = slopesOf(start, await curvatureAlong(start, direction, gradientsAt), scales);
    const names = [...slopes].filter(([, slope]) => Math.abs(slope) > 0.05).map(([name]) => name);
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) {
      const [more, less] = [new Map([...scales, [name, 1 + change]]), new Map([...scales, [name, 1 - change]])];
      const expected = ((await sizeAt(more)) - (await sizeAt(less))) / (2 * change);
      expect(Math.abs((slopes.get(name) ?? 0) - expected)).toBeLessThan(0.01 + 0.05 * Math.abs(expected));
    }
    own.dispose();
  });

  test('of a quadratic, whose curvature is known', async () => {
    const numbers = fc.array(fc.float({ min: Math.fround(0.1), max: 2, noNaN: true }), { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(numbers, numbers, async (weights, bends) => {
        const at: ParameterValues = new Map([['w', Float32Array.from(weights)]]);
        const gradientsAt = (near: ParameterValues): Promise<Gradients> => {
          const values = near.get('w')?.map((value, i) => value * (bends[i] ?? 0)) ?? new Float32Array(4);
          return Promise.resolve(new Map([['w', { values }]]));
        };
        const direction = directionOf(await gradientsAt(at), 'sum');
        const found = (await curvatureAlong(at, direction, gradientsAt)).get('w')?.values ?? [];
        bends.forEach((bend, i) => expect(Math.abs((found[i] ?? 0) - bend)).toBeLessThan(5e-3)); // single precision
      }),
    );
  });
});

test('the loss after a step is smaller once the factors are found, and a gradient that is too large becomes smaller', async () => {
  const model = fresh(2);
  const { reports } = await initialiseModel(model, examples, { iterations: 40, scaleRate: 0.02, stepSize: 0.01 });
  const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
  const after = reports.map(({ lossAfter }) => lossAfter);
  expect(median(after.slice(-10))).toBeLessThan(median(after.slice(0, 10)));
  expect(reports.every(({ branch }) => branch === 'objective')).toBe(true);
  model.dispose();

  const large = fresh(2);
  const small = await initialiseModel(large, examples, { iterations: 25, scaleRate: 0.02, largestNorm: 1e-3 });
  expect(small.reports.every(({ branch }) => branch === 'constraint')).toBe(true);
  const norms = small.reports.map(({ gradientNorm }) => gradientNorm);
  expect(median(norms.slice(-5))).toBeLessThan(0.75 * median(norms.slice(0, 5)));
  large.dispose();
});

test('the same seed gives the same factors, another gives others, and training goes on from there', async () => {
  const run = async (seed: number) => {
    const model = fresh();
    const { scales } = await initialiseModel(model, examples, { iterations: 4, seed, batchSize: 6 });
    const { losses } = await fineTune(model, { train: examples }, { epochs: 1, batchSize: 16, learningRate: 1e-3 });
    model.dispose();
    return { scales, losses };
  };
  const first = await run(1);
  expect(await run(1)).toEqual(first);
  expect((await run(2)).scales).not.toEqual(first.scales);
});

test('when it is stopped or fails, the model has the weights that it had', async () => {
  const model = fresh();
  const before = await engineOf(model).readWeights();
  const stop = new AbortController();
  const stopped = initialiseModel(model, examples, {
    signal: stop.signal,
    onIteration: ({ iteration }) => iteration === 2 && stop.abort(),
  });
  await expect(stopped).rejects.toMatchObject({ code: 'ABORTED', message: expect.stringContaining('iteration 2 of 200') as string }); // prettier-ignore
  expect(await engineOf(model).readWeights()).toEqual(before);
  await expect(initialiseModel(model, examples, { stepSize: 1e30 })).rejects.toMatchObject({ code: 'DIVERGED' });
  expect(await engineOf(model).readWeights()).toEqual(before);
  model.dispose();
});

test('what it cannot be used for is refused, and says why', async () => {
  const model = fresh();
  const refused = (options: Parameters<typeof initialiseModel>[2], message: RegExp, code = 'OPTION_INVALID') =>
    expect(initialiseModel(model, examples, options)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string }); // prettier-ignore
  await refused({ iterations: 1.5 }, /iterations is 1.5; expected a whole number/);
  await refused({ stepSize: 0 }, /stepSize is 0; expected a number above 0/);
  await refused({ scaleRate: Number.NaN }, /scaleRate is NaN/);
  await refused({ largestNorm: -1 }, /largestNorm is -1/);
  await refused({ bounds: [0, 2] }, /bounds is \[0, 2\]/);
  await refused({ batchSize: 0 }, /batchSize is 0/);
  await expect(initialiseModel(model, [])).rejects.toMatchObject({ code: 'DATA_INVALID' });
  model.markTrained();
  await refused({}, /begin from nothing.*createStudent\(teacher, \{ shape \}\)/);
  await expect(gradInit(engineOf(model), () => [examples, examples], { iterations: -1 })).rejects.toMatchObject({ code: 'OPTION_INVALID' }); // prettier-ignore
  model.dispose();
});

import * as tf from '@tensorflow/tfjs';
import { cost, createRandom, encode, findReducer, fullLength, skimReducer, uniformRanks } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import fc from 'fast-check';
import { factoriseModel } from '../model/factorise-model.js';
import type { TaskModel } from '../model/task-model.js';
import { createTaskModel } from '../model/task-model.js';
import { embedding } from '../tasks/embedding.js';
import { questionAnswering } from '../tasks/question-answering.js';
import { sequenceClassification } from '../tasks/sequence-classification.js';
import { tokenClassification } from '../tasks/token-classification.js';
import type { Task } from '../tasks/task.js';
import { createStudent } from '../training/distillation/create-student.js';
import { fineTune } from '../training/fine-tune.js';
import type { ModelConfig } from './model-config.js';
import { saveParameters } from './parameters.js';
import { architectureOf } from './registry.js';

const config: ModelConfig = {
  model_type: 'funnel',
  vocab_size: 50,
  d_model: 16,
  n_head: 2,
  d_head: 8,
  d_inner: 24,
  block_sizes: [2, 2, 1],
  hidden_dropout: 0.1,
  attention_dropout: 0.1,
  max_position_embeddings: 40,
  initializer_range: 0.2,
};

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

const task = sequenceClassification(['a', 'b']);
const inputs = [9, 4, 2, 23].map((length, row) => ({
  ids: Array.from({ length }, (_, i) => ((i + 1) * (row + 3)) % 50),
  typeIds: Array.from({ length }, (_, i) => (i === 0 ? 2 : Number(i > length / 2))),
}));

test.each<[Partial<ModelConfig>, RegExp]>([
  [{ pooling_type: 'max' }, /"pooling_type" is "max"; supported: "mean"/],
  [{ attention_type: 'absolute' }, /"attention_type" is "absolute"; supported: relative_shift, factorized/],
  [{ separate_cls: false }, /"separate_cls" is false; supported: true/],
  [{ truncate_seq: false }, /"truncate_seq" is false; supported: true/],
  [{ pool_q_only: false }, /"pool_q_only" is false; supported: true/],
  [{ activation_dropout: 0.1 }, /"activation_dropout" is 0.1; supported: 0/],
  [{ d_head: 4 }, /"d_head" is 4; supported: 8/],
  [{ block_sizes: [2, 0] }, /"block_sizes" is \[2,0\]; expected a list of whole numbers from 1, one a block/],
  [{ block_repeats: [1] }, /"block_repeats" is \[1\] and "block_sizes" \[2,2,1\]; expected as many/],
])('what it has in a form that is not implemented is refused by its key (%#)', (changed, message) => {
  const own = { ...config, ...changed };
  expect(() => architectureOf(own).dimensions(own)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
  );
});

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] ?? Number.NaN))));

const decoderNames = (model: TaskModel): string[] =>
  model.parameters.flatMap(({ spec: { name } }) => (name.startsWith('funnel.decoder.') ? [name] : []));

test.each<Task>([questionAnswering(), tokenClassification(['O', 'B-x']), embedding(16)])(
  '$name reads every token, behind the decoder: a checkpoint without one is refused by what it lacks',
  async (asked) => {
    const whole = createTaskModel(config, new Map(), { fresh: true, task: asked });
    const { hiddenSize, decoder } = whole.dimensions;
    expect([hiddenSize, decoder]).toEqual([16, 2]);
    expect(decoderNames(whole)).toHaveLength(2 * 20);
    const tensors = await saveParameters(whole.parameters);
    expect(tensors.get('funnel.decoder.layers.1.attention.seg_embed')?.shape).toEqual([2, 2, 8]);
    const base = new Map([...tensors].filter(([name]) => !name.startsWith('funnel.decoder.')));
    expect(() => createTaskModel(config, base, { task: asked })).toThrow(
      expect.objectContaining({
        code: 'TENSOR_MISSING',
        message: expect.stringMatching(/no tensor "funnel\.decoder\.layers\.0\.attention\.q_head\.weight"/),
      }),
    );
    const classifier = createTaskModel(config, tensors, { task }); // reads the first token, without the decoder
    expect(decoderNames(classifier)).toEqual([]);
    whole.dispose();
    classifier.dispose();
  },
);

test('vectors of the first token are those of the class that config.json names, and are saved under it', async () => {
  const first = embedding(16, { pooling: 'first', normalize: false });
  const named = (name: string) => ({ ...config, architectures: [name] });
  const whole = createTaskModel(named('FunnelModel'), new Map(), { fresh: true, task: first });
  const base = createTaskModel(named('FunnelBaseModel'), await saveParameters(whole.parameters), { task: first });
  expect([whole, base].map((model) => model.config['architectures'])).toEqual([['FunnelModel'], ['FunnelBaseModel']]);
  expect([whole, base].map((model) => decoderNames(model).length)).toEqual([40, 0]);
  const point = { lengths: [0.7, 0.6, 0.6, 0.3, 0.3] };
  const { hidden } = encode(whole.encoder, inputs, { config: point.lengths });
  const rows = await hidden.array();
  const vectors = await whole.run(inputs, { point });
  rows.flatMap(([state]) => state ?? []).forEach((value, i) => expect(vectors[i]).toBeCloseTo(value, 5));
  expect(largestDifference(await base.run(inputs, { point }), vectors)).toBeGreaterThan(0.01);
  for (const model of [whole, base]) model.dispose();
});

test('behind the decoder nobody is gone: those that are kept are all, and no answer is given for others', async () => {
  const [kept, all] = (['kept', 'all'] as const).map((averaged) =>
    createTaskModel(config, new Map(), { fresh: true, seed: 3, task: embedding(16, { averaged }) }),
  ) as [TaskModel, TaskModel];
  const point = { lengths: [0.7, 0.6, 0.6, 0.3, 0.3] };
  expect(await kept.run(inputs, { point })).toEqual(await all.run(inputs, { point }));
  const { stayed, hidden } = encode(all.encoder, inputs, { config: point.lengths, stayed: true });
  expect(stayed).toBeUndefined();
  hidden.dispose();
  for (const model of [kept, all]) model.dispose();
});

test('a batch gives each row what it gets alone behind the decoder, whatever blocks, lengths and layers', async () => {
  const arbitrary = fc
    .record({
      blocks: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 4 }),
      tokens: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 4 }),
      ratios: fc.array(fc.double({ min: 0.1, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }),
      skipped: fc.option(fc.nat(7), { nil: undefined }),
      named: fc.constantFrom('attention', 'tome', 'fuse'),
      seed: fc.nat(1e6),
    })
    .map(({ blocks, ratios, skipped, ...more }) => {
      const layers = blocks.reduce((sum, size) => sum + size, 0);
      const lengths = ratios.slice(0, layers).sort((a, b) => b - a);
      return {
        ...more,
        blocks,
        point: { lengths, skip: skipped !== undefined && skipped < layers && layers > 1 ? [skipped] : [] },
      };
    });
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ blocks, tokens, point, named, seed }) => {
      const own = { ...config, block_sizes: blocks, num_decoder_layers: 1 };
      const reducer = findReducer(named);
      const model = createTaskModel(own, new Map(), {
        fresh: true,
        seed,
        reducer,
        task: tokenClassification(['O', 'B-x']),
      });
      const random = createRandom(seed);
      const rows = tokens.map((length) => ({
        ids: Array.from({ length }, () => random.integer(0, 49)),
        typeIds: Array.from({ length }, (_, i) => (i === 0 ? 2 : Number(i > length / 2))),
      }));
      const batch = await model.run(rows, { point });
      const width = batch.length / rows.length;
      for (const [row, input] of rows.entries()) {
        const alone = await model.run([input], { point });
        expect(largestDifference(batch.subarray(row * width, row * width + alone.length), alone)).toBeLessThan(1e-4);
      }
      model.dispose();
    }),
    { numRuns: 20 },
  );
});

test.each<Task>([task, tokenClassification(['O', 'B-x'])])(
  '$name: the matrices of the encoder have factors, those of a decoder stay as they are',
  async (read) => {
    const model = createTaskModel(config, new Map(), { fresh: true, task: read });
    model.markTrained();
    const { model: factored } = await factoriseModel(model, inputs, { ranks: uniformRanks(5, 0.5), keep: 'factors' });
    expect(decoderNames(factored)).toEqual(decoderNames(model));
    const [theirs, ours] = [await model.run(inputs), await factored.run(inputs)];
    expect(ours).toHaveLength(theirs.length);
    expect(largestDifference(ours, theirs)).toBeGreaterThan(1e-3);
    factored.dispose();
    model.dispose();
  },
);

test('the decoder is counted, at every length the same', () => {
  const { dimensions } = architectureOf(config);
  const [base, whole] = [dimensions(config), dimensions(config, { pool: 'none', outputs: 2 })];
  const [full, few] = [fullLength(5), [0.5, 0.5, 0.5, 0.25, 0.25]];
  const layer = 4 * 23 * 16 * 16 + 23 * (2 * 23 + 2 * 23 + 1) * 16 + 2 * 23 * 16 * 24 + 2 * 23 * 16;
  for (const lengths of [full, few]) expect(cost(whole, lengths, 23) - cost(base, lengths, 23)).toBe(2 * layer);
  const first = { wanted: 'first' } as const;
  expect(cost(whole, full, 23, first)).toBeLessThan(cost(whole, full, 23));
  expect(cost(whole, full, 23, { wanted: 'survivors' })).toBe(cost(base, full, 23, { wanted: 'survivors' }));
});

test('what it cannot give back, and a reducer that learns of each token, are refused', () => {
  const model = createTaskModel(config, new Map(), { fresh: true, task, reducer: skimReducer() });
  const refused = (message: RegExp) =>
    expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringMatching(message) });
  expect(() => encode(model.encoder, inputs)).toThrow(
    refused(/the state of each token is wanted, which takes a decoder/),
  );
  expect(() => encode(model.encoder, inputs, { wanted: 'first', reducer: model.reducer, predict: true })).toThrow(
    refused(/the reducer learns of each token in each layer/),
  );
  model.dispose();
});

test('vectors are of the first token', async () => {
  const model = createTaskModel(config, new Map(), { fresh: true, task: embedding(16, { pooling: 'first' }) });
  const batch = await model.run(inputs);
  const [alone] = await Promise.all(inputs.slice(3).map((input) => model.run([input])));
  expect(batch).toHaveLength(4 * 16);
  alone?.forEach((value, i) => expect(batch[3 * 16 + i]).toBeCloseTo(value, 5));
  model.dispose();
});

test('layers that repeat are one in the file and count each time', () => {
  const repeated = { ...config, block_repeats: [1, 3, 1] };
  const { layers, halving } = architectureOf(repeated).dimensions(repeated);
  expect([layers, halving]).toEqual([2 + 6 + 1, [2, 8]]);
  const model = createTaskModel(repeated, new Map(), { fresh: true, task });
  expect(model.encoder.blocks).toHaveLength(9);
  expect(model.parameters.filter(({ spec }) => spec.name.endsWith('r_kernel'))).toHaveLength(5);
  model.dispose();
});

test('a token takes less from block to block, and more leave where they are asked to', async () => {
  const model = createTaskModel(config, new Map(), { fresh: true, task });
  const keptAt = (lengths: readonly number[]) => model.keptPositions(inputs[3] ?? { ids: [] }, { lengths });
  const counts = (kept: readonly (readonly number[])[]): number[] => kept.map((layer) => layer.length);
  expect(counts(await keptAt(fullLength(5)))).toEqual([23, 23, 12, 12, 6]);
  expect(counts(await keptAt([0.5, 0.5, 0.5, 0.25, 0.25]))).toEqual([12, 12, 6, 3, 2]);
  const [whole, half] = [fullLength(5), [0.5, 0.5, 0.5, 0.25, 0.25]].map((lengths) =>
    cost(model.dimensions, lengths, 23),
  );
  expect(half).toBeLessThan((whole ?? 0) * 0.6);
  model.dispose();
});

test.each<Task>([task, tokenClassification(['O', 'B-x'])])(
  '$name: a student of some layers keeps their blocks, and answers as a model of those alone',
  async (read) => {
    const teacher = createTaskModel(config, new Map(), { fresh: true, task: read });
    teacher.markTrained();
    const student = await createStudent(teacher, { layers: [0, 2, 3] });
    expect(student.config['block_sizes']).toEqual([1, 2]);
    expect(student.dimensions.halving).toEqual([1]);
    const [theirs, ours] = [await teacher.run(inputs, { point: { skip: [1, 4] } }), await student.run(inputs)];
    ours.forEach((value, i) => expect(value).toBeCloseTo(theirs[i] ?? Number.NaN, 5));
    teacher.dispose();
    student.dispose();
  },
);

test.each<Task>([task, tokenClassification(['O', 'B-x'])])(
  '$name: it learns, with tokens dropped, layers dropped and dropout',
  async (read) => {
    const model = createTaskModel(config, new Map(), { fresh: true, task: read });
    const train = inputs.map((input, row) => ({
      input,
      target: read === task ? row % 2 : input.ids.map((id) => id % 2),
    }));
    const options = {
      epochs: 12,
      batchSize: 2,
      learningRate: 3e-3,
      lengthDrop: { dropRatioBound: 0.3, layerDrop: 0.2 },
    };
    const { losses } = await fineTune(model, { train }, options);
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(losses.slice(-6))).toBeLessThan(mean(losses.slice(0, 6)));
    model.dispose();
  },
);

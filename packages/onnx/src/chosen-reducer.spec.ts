/** A reducer from training to what is exported, on both engines: one of the package, and one that this file makes known. */
import { join } from 'node:path';
import type { EncoderInput, OperatingPoint, ReducerDefinition } from '@length-adaptive/core';
import { encode, findReducer, registerReducer, tensorEngine } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { LabelledInput, TaskModel, TextModel } from '@length-adaptive/models';
import {
  createPredictor,
  fineTune,
  openTrainedModel,
  saveModel,
  searchLengths,
  trainable,
} from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { exportGraph, hostModel } from './export-graph.js';
import { exportModel } from './export-model.js';
import { createOnnxModel } from './onnx-model.js';
import { loadOnnx, openOnnx } from './open-onnx.js';
import { readOnnxFile } from './read-file.js';
import { largestDifference } from './testing/differences.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { tinyTextModel, tinyTexts } from './testing/tiny-model.js';
import { onnxTrainingEngine } from './training/onnx-engine.js';

/** What a token receives times the size of its value, as strongly as `power` says. */
const valueAttention: ReducerDefinition = {
  name: 'value-attention',
  problem: ({ power = 1 }) => (power === 1 || power === 2 ? undefined : `has power ${JSON.stringify(power)}`),
  create: ({ power = 1 }) => ({
    name: 'value-attention',
    settings: { power },
    score: (ops, { attended, tokens }) => {
      const size = ops.magnitudes(attended.projections.value, tokens);
      return ops.multiply(ops.received(attended, tokens), power === 2 ? ops.multiply(size, size) : size);
    },
  }),
};

const folder = temporaryFolder();
const points: readonly OperatingPoint[] = [
  { lengths: [0.8, 0.6, 0.4] },
  { lengths: [1, 0.5, 0.5] },
  { lengths: [0.6, 0.3, 0.3] },
];
const text = tinyTexts[2] as string;

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
  registerReducer(valueAttention);
});

const examplesOf = ({ tokenizer }: Pick<TextModel, 'tokenizer'>): LabelledInput[] =>
  [...tinyTexts, 'bad', 'the phone is fine', 'sad , poor', 'love it .'].map((each, i) => ({
    input: tokenizer.encode(each),
    target: i % 3,
  }));

/** What the first layer attends to and mixes: attention that each token gets from all and from the first, and the size of its value. */
const firstLayer = ({ encoder }: TaskModel, input: EncoderInput) =>
  tf.tidy(() => {
    const { attention, projections } = encode(encoder, [input], {
      observe: { attention: [0], projections: [0] },
    }).observed;
    const heads = attention[0]?.arraySync()[0] ?? [];
    const values = projections[0]?.value.arraySync() ?? [];
    const over = (rows: (head: number[][]) => number[][]): number[] =>
      Array.from(input.ids, (_, key) => heads.flatMap(rows).reduce((sum, row) => sum + (row[key] ?? Number.NaN), 0));
    return {
      received: over((head) => head),
      first: over((head) => head.slice(0, 1)),
      values: values.map((row) => row.reduce((sum, value) => sum + Math.abs(value), 0)),
    };
  });

/** The first token and the best of the others, in the order of the text. */
const bestOf = (scores: readonly number[], count: number): number[] =>
  scores
    .map((score, position) => ({ score: position === 0 ? Infinity : score, position }))
    .sort((a, b) => b.score - a.score || a.position - b.position)
    .slice(0, count)
    .map(({ position }) => position)
    .sort((a, b) => a - b);

/** Scores of the first layer, from the attention that it pays and the values that it mixes. */
const computedByHand: Readonly<Record<string, (model: TaskModel, input: EncoderInput) => number[]>> = {
  'cls-attention': (model, input) => firstLayer(model, input).first,
  'value-attention': (model, input) => {
    const { received, values } = firstLayer(model, input);
    return received.map((score, t) => score * (values[t] ?? Number.NaN) ** 2);
  },
};

describe.each([
  { name: 'cls-attention', settings: {} },
  { name: 'value-attention', settings: { power: 2 } },
  { name: 'tome', settings: { likeness: 'keys', unmerge: 'group' } },
  { name: 'fuse', settings: { weight: 'significance', likeness: 'states', unmerge: 'own' } },
])('$name', ({ name, settings }) => {
  /** What its name and settings alone say. */
  const named = Object.keys(settings).length === 0 ? { name } : { name, settings };
  const saved = join(folder, name);
  const exported = join(folder, `${name}-onnx`);

  test.each(['tensors', 'graphs'])('trains on %s, is saved, and the folder alone says it', async (engineName) => {
    const start = tinyTextModel(findReducer(name, settings));
    const examples = examplesOf(start);
    const engine = engineName === 'graphs' ? await onnxTrainingEngine(start.model) : undefined;
    await fineTune(start.model, { train: examples }, {
      epochs: 1,
      batchSize: 4,
      lengthDrop: { dropRatioBound: 0.3 },
      ...(engine && { engine }),
    }); // prettier-ignore
    await engine?.release();
    const { paretoSet } = await searchLengths(start.model, examples, {
      generations: 1,
      populationSize: 4,
      metric: 'probability',
    });
    await saveModel(saved, {
      ...start,
      lengthAdaptive: start.lengthAdaptive && { ...start.lengthAdaptive, paretoSet },
    });
    start.model.dispose();

    const opened = await openTrainedModel(saved);
    expect(opened.model.reducer).toMatchObject(named);
    expect(opened.lengthAdaptive?.reducer).toEqual({ name, ...settings });
    opened.model.dispose();
  });

  test('both engines search, predict at a budget and keep the tokens that a hand computes', async () => {
    const [tensors, graphs] = [await openTrainedModel(saved), await openOnnx(saved)];
    expect(graphs.model.reducer).toEqual(named);
    const examples = examplesOf(tensors);
    const options = { generations: 1, populationSize: 4, metric: 'probability' } as const;
    const [ours, theirs] = [
      await searchLengths(graphs.model, examples, options),
      await searchLengths(tensors.model, examples, options),
    ];
    expect(ours.paretoSet.map(({ point }) => point)).toEqual(theirs.paretoSet.map(({ point }) => point));
    const inputs = examples.map(({ input }) => input);
    const plain = await openTrainedModel(saved, { reducer: 'attention' });
    let others = 0;
    for (const point of points) {
      const logits = await graphs.model.run(inputs, { point });
      expect(largestDifference(logits, await tensors.model.run(inputs, { point }))).toBeLessThan(1e-4);
      if (largestDifference(logits, await plain.model.run(inputs, { point })) > 1e-3) others += 1;
      for (const input of inputs) {
        const kept = await graphs.model.keptPositions(input, point);
        expect(kept).toEqual(await tensors.model.keptPositions(input, point));
        const [first = []] = kept;
        const byHand = computedByHand[name];
        if (byHand && first.length < input.ids.length)
          expect(first).toEqual(bestOf(byHand(tensors.model, input), first.length));
      }
    }
    expect(others).toBeGreaterThan(0); // it does not choose as attention does
    const [predictor, reference] = [createPredictor(graphs), createPredictor(tensors)];
    const budget = { cost: predictor.paretoSet[0]?.cost ?? Number.NaN };
    const [answer] = await predictor.predict([text], { budget });
    const [expected] = await reference.predict([text], { budget });
    expect(answer.cost).toBeLessThan(1);
    expect({ ...answer, probabilities: undefined, score: undefined }).toEqual({
      ...expected,
      probabilities: undefined,
      score: undefined,
    });
    expect((await predictor.inspect(text, { budget })).layers).toEqual(
      (await reference.inspect(text, { budget })).layers,
    );
    for (const { model } of [tensors, plain, graphs]) model.dispose();
  });

  test('gradients of a step are those of TensorFlow.js', async () => {
    const { model, tokenizer } = tinyTextModel(findReducer(name, settings));
    const engine = await onnxTrainingEngine(model);
    const batch = examplesOf({ tokenizer });
    const [theirs, ours] = [new Map(), new Map()];
    const sandwich = { full: {}, reduced: [{ config: [0.7, 0.5, 0.4] }, { config: [0.7, 0.6, 0.4], layers: [1, 2] }] };
    const expected = await tensorEngine(trainable(model)).step(batch, sandwich, theirs, {});
    const given = await engine.training.step(batch, sandwich, ours, {});
    expect(given.loss).toBeCloseTo(expected.loss, 4);
    for (const { spec } of model.parameters) {
      const [gradient, reference] = [ours.get(spec.name), theirs.get(spec.name)];
      expect(gradient !== undefined).toBe(reference !== undefined);
      if (reference) expect(largestDifference(gradient.values, reference.values)).toBeLessThan(1e-4);
    }
    expect(engine.runnable.reducer).toMatchObject({ name });
    await engine.release();
    model.dispose();
  });

  test('is exported with any budget, and the file alone says by what it ranks', async () => {
    const source = await openTrainedModel(saved);
    const [file] = await exportModel(exported, source, { precisions: ['fp32'] });
    expect(file?.verification?.passed).toBe(true);
    const reference = createPredictor(source);
    const predictor = await loadOnnx(exported);
    for (const point of points) {
      const [ours] = await predictor.predict([text], { point });
      const [theirs] = await reference.predict([text], { point });
      expect(ours.label).toBe(theirs.label);
      expect(ours.keptTokens).toEqual(theirs.keptTokens);
      expect(
        largestDifference(Object.values(ours.probabilities ?? {}), Object.values(theirs.probabilities ?? {})),
      ).toBeLessThan(1e-4);
    }
    const host = await hostModel(source.model);
    expect(readOnnxFile(exportGraph(host)).reducer).toEqual(named);
    expect(readOnnxFile(exportGraph(host, { point: { lengths: [0.7, 0.6, 0.5] } })).reducer.name).toBe(name);
    predictor.dispose();
    reference.dispose();
  });

  test('a file that ranks by something else is refused', async () => {
    await expect(openOnnx(exported, { reducer: 'attention' })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringMatching(
        /ranks tokens by attention, and the ONNX file was exported to rank them by (cls-attention|value-attention|tome|fuse)/,
      ),
    });
    const source = await openTrainedModel(saved, { reducer: 'attention' });
    const bytes = exportGraph(await hostModel(source.model));
    await expect(createOnnxModel(bytes, source.model.config, { reducer: named })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining('was exported to rank them by attention'),
    });
    source.model.dispose();
  });
});

test('an exported file needs no registration; weights do, and say how', async () => {
  const definition: ReducerDefinition = {
    name: 'large-states',
    create: () => ({ name: 'large-states', score: (ops, { entering, tokens }) => ops.magnitudes(entering, tokens) }),
  };
  const reducer = definition.create({});
  const model = tinyTextModel(reducer);
  await expect(exportModel(join(folder, 'unknown'), model, { precisions: ['fp32'] })).rejects.toMatchObject({
    code: 'OPTION_INVALID',
    message: expect.stringMatching(/"large-states", an object that its name does not give again.*registerReducer/),
  });
  // As another process would have written it, where it is registered.
  const bytes = exportGraph(await hostModel(model.model));
  const config = model.model.config;
  const engine = await createOnnxModel(bytes, config);
  expect(engine.reducer).toEqual({ name: 'large-states' });
  const input = model.tokenizer.encode(text);
  expect(
    largestDifference(
      await engine.run([input], { point: { lengths: [0.6, 0.4, 0.3] } }),
      await model.model.run([input], { point: { lengths: [0.6, 0.4, 0.3] } }),
    ),
  ).toBeLessThan(1e-4);
  await engine.release();
  model.model.dispose();
});

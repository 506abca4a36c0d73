import { readFileSync, writeFileSync } from 'node:fs';
import type { Ranks } from '@length-adaptive/core';
import { costParts, matrixMacs, rankKinds, uniformRanks } from '@length-adaptive/core';
import type { AffineWeights, DenseWeights, FactoredWeights, WeightTree } from '@length-adaptive/core/encoder';
import { useWasm } from '@length-adaptive/core/wasm';
import type { RunnableModel, TaskModel } from '@length-adaptive/models';
import {
  costOptionsOf,
  factoriseModel,
  fineTune,
  openTrainedModel,
  questionAnswering,
  saveModel,
  sequenceClassification,
} from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import type { HostWeight, WeightSource } from './encoder/weight-tree.js';
import { exportGraph, hostModel } from './export-graph.js';
import { exportModel } from './export-model.js';
import { createOnnxModel } from './onnx-model.js';
import { openOnnx } from './open-onnx.js';
import { readOnnxFile } from './read-file.js';
import { countingRuntime } from './testing/counting-runtime.js';
import { largestDifference } from './testing/differences.js';
import { profiledMacs } from './testing/profiled-macs.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { tinyModel, tinyTextModel } from './testing/tiny-model.js';
import { onnxTrainingEngine } from './training/onnx-engine.js';

const folder = temporaryFolder();
const half = uniformRanks(3, 0.5);
const mixed: Ranks = { attention: [0.25, 1, 0.9], feedForward: [1, 0.5, 0.1] };

const texts = Array.from({ length: 24 }, (_, i) => ({
  ids: Array.from({ length: 4 + (i % 9) }, (__, token) => 2 + ((i * 7 + token * 5) % 28)),
}));

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

/** A folder of a model with factors. */
const factorised = async (name: string, keep: 'matrices' | 'factors', ranks?: Ranks): Promise<string> => {
  const text = tinyTextModel();
  const { model } = await factoriseModel(text.model, texts, { keep, ...(ranks && { ranks }) });
  await saveModel(`${folder}/${name}`, { ...text, model });
  for (const { dispose } of [text.model, model]) dispose();
  return `${folder}/${name}`;
};

const rows = [{ ids: [2, 5, 6, 7, 8, 9, 3] }, { ids: [2, 9, 3] }, { ids: [2, 11, 12, 13, 3] }];

describe('a folder with factors', () => {
  test.each(['matrices', 'factors'] as const)('beside %s gives on both engines the same at any ranks', async (keep) => {
    const source = await factorised(`both-${keep}`, keep, keep === 'factors' ? uniformRanks(3, 0.9) : undefined);
    const { model: reference } = await openTrainedModel(source);
    const { model } = await openOnnx(source);
    expect([model.largestRanks, model.dimensions]).toEqual([reference.largestRanks, reference.dimensions]);
    const ranks = keep === 'factors' ? [half, uniformRanks(3, 0.2)] : [half, mixed, uniformRanks(3, 1)];
    for (const point of [{}, ...ranks.map((own) => ({ ranks: own, lengths: [0.9, 0.6, 0.5] }))]) {
      const options = { point };
      expect(largestDifference(await model.run(rows, options), await reference.run(rows, options))).toBeLessThan(1e-5);
      expect(model.macs(20, point)).toBe(reference.macs(20, point));
      for (const input of rows)
        expect(await model.keptPositions(input, point)).toEqual(await reference.keptPositions(input, point));
    }
    reference.dispose();
    await model.release();
  });

  test('runs rows of other ranks in one call as it runs them alone', async () => {
    const { model } = await openOnnx(await factorised('rows', 'matrices'));
    const points = [{ ranks: half }, { lengths: [1, 0.5, 0.5] }, { ranks: half, lengths: [0.8, 0.8, 0.4] }];
    const together = await model.runRows(rows, points);
    const alone = await Promise.all(rows.map((row, i) => model.run([row], { point: points[i] })));
    expect(largestDifference(together, Float32Array.from(alone.flatMap((logits) => [...logits])))).toBeLessThan(1e-5);
    expect(largestDifference(alone[0] as Float32Array, await model.run(rows.slice(0, 1)))).toBeGreaterThan(1e-3);
    await expect(model.runRows(rows, [{ ranks: uniformRanks(2, 0.5) }, {}, {}])).rejects.toMatchObject({
      code: 'OPERATING_POINT_INVALID',
    });
    const running = model.run(rows, { point: { ranks: uniformRanks(3, 0.3) } });
    await model.release(); // waits for what runs, and frees every session
    expect(await running).toHaveLength(9);
  });

  test('keeps few sessions of other ranks open, none of which is released while it runs', async () => {
    const counting = await countingRuntime();
    const source = await factorised('sessions', 'matrices');
    const { model } = await openOnnx(source, { runtime: counting.runtime, threads: 1, maxOtherSessions: 2 });
    const points = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4].map((share) => ({ ranks: uniformRanks(3, share) }));
    const alone: Float32Array[] = [];
    for (const point of points) {
      alone.push(await model.run(rows, { point }));
      expect(counting.live()).toBeLessThanOrEqual(3);
    }
    expect([counting.most(), counting.opened()]).toEqual([3, 7]);
    const input = { ids: [2, 5, 6, 7, 3] };
    const together = await Promise.all([
      ...points.map((point) => model.run(rows, { point })),
      ...points.map((point) => model.keptPositions(input, point)),
    ]);
    expect(together.slice(0, points.length)).toEqual(alone);
    expect(counting.live()).toBeLessThanOrEqual(3);
    await model.release();
    expect(counting.live()).toBe(0);
    await expect(openOnnx(source, { maxOtherSessions: 0 })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  test('keeps a session for each choice of ranks that a budget chooses among', async () => {
    const source = await factorised('choices', 'matrices');
    const points = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4].map((share) => ({ ranks: uniformRanks(3, share) }));
    const file = `${source}/length_adaptive.json`;
    const known = JSON.parse(readFileSync(file, 'utf8')) as object;
    const paretoSet = points.map((point, i) => ({ point, score: 1 - i / 10, cost: 1 - i / 10 }));
    writeFileSync(file, JSON.stringify({ ...known, paretoSet }));
    const counting = await countingRuntime();
    const { model } = await openOnnx(source, { runtime: counting.runtime, threads: 1 });
    for (const point of [...points, ...points, { ranks: uniformRanks(3, 0.3) }]) await model.run(rows, { point });
    expect([counting.opened(), counting.live()]).toEqual([8, 7]);
    await model.release();
  });

  test('of an int8 session keeps most answers', async () => {
    const source = await factorised('int8', 'matrices');
    const { model: exact } = await openOnnx(source);
    const { model } = await openOnnx(source, { precision: 'int8' });
    const [given, wanted] = [
      await model.run(texts, { point: { ranks: half } }),
      await exact.run(texts, { point: { ranks: half } }),
    ];
    const answers = (logits: Float32Array): number[] =>
      texts.map((_, i) => {
        const own = [...logits.subarray(3 * i, 3 * i + 3)];
        return own.indexOf(Math.max(...own));
      });
    const same = answers(given).filter((answer, i) => answer === answers(wanted)[i]).length;
    expect(same / texts.length).toBeGreaterThan(0.8);
    expect(largestDifference(given, wanted)).toBeGreaterThan(1e-4);
    await exact.release();
    await model.release();
  });

  test('refuses ranks that it does not have, and those of a model without factors', async () => {
    const { model } = await openOnnx(await factorised('refused', 'matrices', half));
    const refused = { code: 'OPERATING_POINT_INVALID' };
    await expect(model.run(rows, { point: { ranks: uniformRanks(3, 0.6) } })).rejects.toMatchObject(refused);
    await model.release();
    const plain = tinyTextModel();
    await saveModel(`${folder}/plain`, plain);
    plain.model.dispose();
    const { model: whole } = await openOnnx(`${folder}/plain`);
    await expect(whole.run(rows, { point: { ranks: half } })).rejects.toMatchObject(refused);
    expect(await whole.run(rows, { point: { ranks: uniformRanks(3, 1) } })).toEqual(await whole.run(rows));
    await whole.release();
  });
});

/** A matrix as the product of itself and an identity, whichever is on the smaller side: factors of full rank. */
const inExactFactors = (weights: WeightTree<AffineWeights, WeightSource>): WeightTree<FactoredWeights, HostWeight> => {
  const { kernel, bias } = weights as WeightTree<DenseWeights, HostWeight>;
  const [inputs = 0, outputs = 0] = kernel.shape;
  const size = Math.min(inputs, outputs);
  const data = Float32Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
  const identity = { name: `${kernel.name}.identity`, shape: [size, size], data };
  return inputs <= outputs ? { down: identity, up: kernel, bias } : { down: kernel, up: identity, bias };
};

test('in factors of full rank ONNX Runtime runs the whole model', async () => {
  const model = tinyModel();
  const host = await hostModel(model);
  const blocks = host.encoder.blocks.map(({ attention, feedForward }) => ({
    attention: {
      ...attention,
      query: inExactFactors(attention.query),
      key: inExactFactors(attention.key),
      value: inExactFactors(attention.value),
      output: inExactFactors(attention.output),
    },
    feedForward: {
      ...feedForward,
      intermediate: inExactFactors(feedForward.intermediate),
      output: inExactFactors(feedForward.output),
    },
  }));
  const bytes = exportGraph({ ...host, encoder: { ...host.encoder, blocks } });
  expect(bytes.length).toBeGreaterThan(exportGraph(host).length);
  const engine = await createOnnxModel(bytes, model.config);
  for (const point of [{}, { lengths: [0.9, 0.6, 0.5] }])
    expect(largestDifference(await engine.run(rows, { point }), await model.run(rows, { point }))).toBeLessThan(1e-4);
  await engine.release();
  model.dispose();
});

describe('an exported file with ranks', () => {
  let text: Awaited<ReturnType<typeof openTrainedModel>>;
  beforeAll(async () => (text = await openTrainedModel(await factorised('source', 'matrices'))));
  afterAll(() => text.model.dispose());

  test('built in takes lengths as before, is smaller, and says what it runs', async () => {
    const { paretoSet = [] } = text.lengthAdaptive ?? {};
    const searched = [
      ...paretoSet,
      { point: { lengths: [0.8, 0.6, 0.5], ranks: half }, score: 0.7, cost: 0.3 },
      { point: { lengths: [0.8, 0.6, 0.5], ranks: mixed }, score: 0.7, cost: 0.4 },
    ];
    const lengthAdaptive = text.lengthAdaptive && { ...text.lengthAdaptive, paretoSet: searched };
    const files = await exportModel(`${folder}/exported`, { ...text, lengthAdaptive }, { point: { ranks: half } });
    expect(files.map(({ verification }) => verification?.passed)).toEqual([true, true]);
    expect(files[0]?.bytes).toBeLessThan(0.9 * exportGraph(await hostModel(text.model)).length);
    const written = JSON.parse(readFileSync(`${folder}/exported/length_adaptive.json`, 'utf8')) as Record<
      string,
      unknown
    >;
    expect(written['lowRank']).toBeUndefined();
    expect(written['paretoSet']).toHaveLength(paretoSet.length + 1);

    const { model } = await openOnnx(`${folder}/exported`);
    const lengths = [0.8, 0.6, 0.4];
    const expected = await text.model.run(rows, { point: { lengths, ranks: half } });
    for (const point of [{ lengths }, { lengths, ranks: half }])
      expect(largestDifference(await model.run(rows, { point }), expected)).toBeLessThan(1e-5);
    expect(model.macs(20)).toBe(text.model.macs(20, { ranks: half }));
    await expect(model.run(rows, { point: { ranks: mixed } })).rejects.toMatchObject({
      code: 'OPERATING_POINT_INVALID',
      message: expect.stringMatching(/runs at the ranks .* and no others/) as string,
    });
    await model.release();
  });

  test('holds as many numbers less as the cost counts multiplications less', async () => {
    const host = await hostModel(text.model);
    const written = async (options: Parameters<typeof exportGraph>[1]): Promise<number> => {
      const { weightBytes = Number.NaN, release } = await createOnnxModel(
        exportGraph(host, options),
        text.model.config,
      );
      await release();
      return weightBytes / 4;
    };
    const whole = await written({});
    for (const ranks of [half, mixed, uniformRanks(3, 0.05)]) {
      const saved = rankKinds.flatMap((kind) =>
        ranks[kind].flatMap((share) =>
          (kind === 'attention'
            ? new Array<readonly [number, number]>(4).fill([32, 32])
            : ([
                [32, 64],
                [64, 32],
              ] as const)
          ).map(([inputs, outputs]) => inputs * outputs - matrixMacs(share, inputs, outputs)),
        ),
      );
      expect(await written({ point: { ranks } })).toBe(whole - saved.reduce((sum, numbers) => sum + numbers, 0));
    }
  });

  test('and lengths built in', async () => {
    const point = { lengths: [0.9, 0.7, 0.5], ranks: mixed };
    const engine = await createOnnxModel(exportGraph(await hostModel(text.model), { point }), text.model.config);
    expect(engine.builtIn).toEqual({ lengths: point.lengths });
    const own: RunnableModel = engine;
    expect(largestDifference(await own.run(rows), await text.model.run(rows, { point }))).toBeLessThan(1e-5);
    await engine.release();
  });

  test('of a model that is made of factors has them', async () => {
    const made = await openTrainedModel(await factorised('made', 'factors', half));
    await exportModel(`${folder}/exported-made`, made, { precisions: ['fp32'] });
    const { model } = await openOnnx(`${folder}/exported-made`);
    expect(model.dimensions.ranks).toEqual(half);
    expect(largestDifference(await model.run(rows), await made.model.run(rows))).toBeLessThan(1e-5);
    made.model.dispose();
    await model.release();
  });

  test('whose ranks are none is refused', async () => {
    const bytes = exportGraph(await hostModel(text.model), { point: { ranks: half } });
    const from = Buffer.from(JSON.stringify(half));
    const at = Buffer.from(bytes).indexOf(from);
    expect(at).toBeGreaterThan(0);
    bytes.set(Buffer.from(JSON.stringify(half).replace('0.5', '1.5')), at);
    expect(() => readOnnxFile(bytes)).toThrow(expect.objectContaining({ code: 'FILE_INVALID' }));
  });
});

test.each([
  ['first token', sequenceClassification(['bad', 'fair', 'good'])],
  ['every token', questionAnswering()],
])('with a head that reads the %s, ONNX Runtime runs the products that the cost of ranks counts', async (_, task) => {
  const whole = tinyModel({}, 1, { task });
  const { model } = await factoriseModel(whole, texts);
  const host = await hostModel(model);
  const share = fc.oneof(fc.constant(1), fc.double({ min: 0.05, max: 0.99, noNaN: true }));
  const shares = fc.array(share, { minLength: 3, maxLength: 3 });
  const cases = fc.record({
    ranks: fc.record({ attention: shares, feedForward: shares }),
    length: fc.integer({ min: 1, max: 32 }),
    config: fc.constantFrom([1, 1, 1], [0.9, 0.5, 0.3]),
  });
  const shape = { layers: 3, hiddenSize: 32, intermediateSize: 64 };
  await fc.assert(
    fc.asyncProperty(cases, async ({ ranks, length, config }) => {
      const { bytes } = readOnnxFile(exportGraph(host, { point: { ranks } }));
      const run = await profiledMacs(bytes, { ids: new Int32Array(length) }, { config, layers: 3 });
      const { layerNorm, ...products } = costParts(shape, config, length, {
        ...costOptionsOf(shape, task.readout),
        ranks,
      });
      expect(layerNorm).toBeGreaterThan(0);
      expect(run).toBe(Object.values(products).reduce((sum, macs) => sum + macs, 0));
    }),
    { numRuns: 10 },
  );
  for (const { dispose } of [whole, model]) dispose();
});

test('factors that ONNX Runtime trains are those that TensorFlow.js trains', async () => {
  const whole = tinyModel();
  const train = texts.map((input, i) => ({ input, target: i % 3 }));
  const trained: TaskModel[] = [];
  for (const compiled of [false, true]) {
    const { model } = await factoriseModel(whole, texts, { ranks: half, keep: 'factors' });
    const engine = compiled ? await onnxTrainingEngine(model) : undefined;
    await fineTune(
      model,
      { train },
      { epochs: 2, dropout: 0, lengthDrop: { dropRatioBound: 0.3 }, ...(engine && { engine }) },
    );
    await engine?.release();
    trained.push(model);
  }
  const [ours, theirs] = trained as [TaskModel, TaskModel];
  const { model: untrained } = await factoriseModel(whole, texts, { ranks: half, keep: 'factors' });
  const moved = largestDifference(await ours.run(rows), await untrained.run(rows));
  expect(moved).toBeGreaterThan(1e-3);
  expect(largestDifference(await ours.run(rows), await theirs.run(rows))).toBeLessThan(moved / 50);
  for (const { dispose } of [whole, untrained, ours, theirs]) dispose();
});

/** Points that leave whole layers out, on both engines and in files. */
import { readFileSync } from 'node:fs';
import type { OperatingPoint, Reducer } from '@length-adaptive/core';
import { costParts, leavesLayersOut, lengthsOf, runningLayers, tomeReducer } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { RunnableModel, Task, TaskModel } from '@length-adaptive/models';
import {
  costOptionsOf,
  createTaskModel,
  factoriseModel,
  questionAnswering,
  readModelDirectory,
  saveModel,
  sequenceClassification,
} from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { exportGraph, hostModel } from './export-graph.js';
import { exportModel } from './export-model.js';
import { createOnnxModel } from './onnx-model.js';
import { openOnnx } from './open-onnx.js';
import { readOnnxFile } from './read-file.js';
import { largestDifference } from './testing/differences.js';
import { profiledMacs } from './testing/profiled-macs.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { tinyModel, tinyTextModel } from './testing/tiny-model.js';

const folder = temporaryFolder();
const layers = 3;

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

const rows = [{ ids: [2, 5, 6, 7, 8, 9, 3] }, { ids: [2, 9, 3] }, { ids: [2, 11, 12, 13, 14, 15, 16, 17, 18, 3] }];
const texts = Array.from({ length: 24 }, (_, i) => ({
  ids: Array.from({ length: 4 + (i % 9) }, (__, token) => 2 + ((i * 7 + token * 5) % 28)),
}));
const classification = sequenceClassification(['bad', 'fair', 'good']);

const skips = fc.subarray([0, 1, 2], { minLength: 1, maxLength: 2 });
const ratios = fc
  .array(fc.oneof(fc.double({ min: 0.05, max: 1, noNaN: true }), fc.constant(1)), { minLength: 3, maxLength: 3 })
  .map((config) => config.sort((a, b) => b - a));

/** What makes a model of the folder of another without some of its layers: those that stay, in their order. */
const folderWithout = async (model: TaskModel, name: string): Promise<(skip: readonly number[]) => TaskModel> => {
  const { tokenizerFiles, model: other } = tinyTextModel();
  other.dispose();
  await saveModel(`${folder}/${name}`, { model, tokenizerFiles });
  const { tensors } = await readModelDirectory(`${folder}/${name}`);
  return (skip) => {
    const running = runningLayers({ skip }, layers);
    const kept = [...tensors].flatMap(([path, tensor]) => {
      const [, before = '', layer = '', after = ''] = /^(.*\.layer\.)(\d+)(\..*)$/.exec(path) ?? [];
      if (layer === '') return [[path, tensor] as const];
      const place = running.indexOf(Number(layer));
      return place < 0 ? [] : [[`${before}${place}${after}`, tensor] as const];
    });
    const config = { ...model.config, num_hidden_layers: running.length };
    return createTaskModel(config, new Map(kept), { task: model.task, reducer: model.reducer });
  };
};

/** The same lengths, of the layers that run. */
const shallower = ({ lengths = [1, 1, 1], skip = [] }: OperatingPoint): OperatingPoint => ({
  lengths: lengths.filter((_, layer) => !skip.includes(layer)),
});

const cases: readonly (readonly [string, Task, Reducer | undefined])[] = [
  ['a head that reads the first token', classification, undefined],
  ['a head that reads every token', questionAnswering(), undefined],
  ['tokens that become one', classification, tomeReducer()],
];

describe.each(cases)('%s', (name, task, reducer) => {
  const model = () => tinyModel({}, 1, { task, ...(reducer && { reducer }) });
  const anyBudget = async (of: TaskModel): Promise<RunnableModel & { release(): Promise<void> }> =>
    createOnnxModel(exportGraph(await hostModel(of), { chooseLayers: true }), of.config, { reducer: of.reducer });

  test('a layer that is left out is as one that the folder does not have, on both engines', async () => {
    const whole = model();
    const onnx = await anyBudget(whole);
    const without = await folderWithout(whole, name);
    const property = fc.asyncProperty(ratios, skips, async (lengths, skip) => {
      const point = { lengths, skip };
      const small = without(skip);
      const expected = await small.run(rows, { point: shallower(point) });
      expect(largestDifference(await whole.run(rows, { point }), expected)).toBeLessThan(1e-5);
      expect(largestDifference(await onnx.run(rows, { point }), expected)).toBeLessThan(1e-5);
      const kept = await small.keptPositions(rows[0] ?? { ids: [] }, shallower(point));
      const own = await whole.keptPositions(rows[0] ?? { ids: [] }, point);
      expect(runningLayers(point, layers).map((layer) => own[layer])).toEqual(kept);
      expect(whole.macs(9, point)).toBe(small.macs(9, shallower(point)));
      expect(onnx.macs(9, point)).toBe(whole.macs(9, point));
      small.dispose();
    });
    await fc.assert(property, { numRuns: 12 });
    whole.dispose();
    await onnx.release();
  });

  test('all layers are the model as it is, and a file that leaves them open runs all of them by default', async () => {
    const whole = model();
    const plain = await createOnnxModel(exportGraph(await hostModel(whole)), whole.config, { reducer: whole.reducer });
    const onnx = await anyBudget(whole);
    for (const lengths of [
      [1, 1, 1],
      [0.8, 0.5, 0.3],
    ]) {
      const expected = await plain.run(rows, { point: { lengths } });
      for (const point of [{ lengths }, { lengths, skip: [] }])
        expect(largestDifference(await onnx.run(rows, { point }), expected)).toBeLessThan(1e-6);
    }
    whole.dispose();
    for (const { release } of [plain, onnx]) await release();
  });

  test('a point that leaves layers out is built into a smaller file', async () => {
    const whole = model();
    const host = await hostModel(whole);
    for (const point of [{ skip: [1] }, { lengths: [0.9, 0.6, 0.5], skip: [0, 2] }]) {
      const bytes = exportGraph(host, { point });
      expect(bytes.length).toBeLessThan(exportGraph(host).length);
      const onnx = await createOnnxModel(bytes, whole.config, {
        reducer: whole.reducer,
        traced: () => exportGraph(host, { point, trace: true }),
      });
      const own: RunnableModel = onnx;
      expect(onnx.builtIn).toEqual({ ...point, lengths: lengthsOf(point, layers) });
      expect(largestDifference(await own.run(rows), await whole.run(rows, { point }))).toBeLessThan(1e-5);
      for (const row of rows)
        expect(await onnx.keptPositions(row, point)).toEqual(await whole.keptPositions(row, point));
      await expect(own.run(rows, { point: { lengths: point.lengths } })).rejects.toMatchObject({
        code: 'OPTION_INVALID',
        message: expect.stringMatching(/without the layers .* built in/) as string,
      });
      await onnx.release();
    }
    whole.dispose();
  });
});

describe.each([
  ['the first token', classification],
  ['every token', questionAnswering()],
])('with a head that reads %s, ONNX Runtime runs the products that the cost counts', (_, task) => {
  test('in a file that leaves its layers open, and in one without some', async () => {
    const whole = tinyModel({}, 1, { task });
    const host = await hostModel(whole);
    const shape = { layers, hiddenSize: 32, intermediateSize: 64 };
    const { bytes } = readOnnxFile(exportGraph(host, { chooseLayers: true }));
    const property = fc.asyncProperty(ratios, skips, fc.integer({ min: 1, max: 32 }), async (lengths, skip, length) => {
      const point = { lengths, skip };
      const running = runningLayers(point, layers);
      const config = lengthsOf(point, layers);
      const input = { ids: new Int32Array(length) };
      const parts = costParts(shape, config, length, { ...costOptionsOf(shape, task.readout), layers: running });
      const priced = parts.projections + parts.attention + parts.feedForward + parts.head;
      expect(await profiledMacs(bytes, input, { config, layers, running })).toBe(priced);
      const built = readOnnxFile(exportGraph(host, { point }));
      expect(await profiledMacs(built.bytes, input, { config, layers })).toBe(priced);
    });
    await fc.assert(property, { numRuns: 12 });
    whole.dispose();
  });
});

describe('a folder of weights', () => {
  const points: readonly OperatingPoint[] = [
    { lengths: [0.9, 0.6, 0.5], skip: [1] },
    {},
    { lengths: [1, 0.5, 0.5] },
    { skip: [0, 2] },
    { lengths: [0.8, 0.8, 0.4], skip: [1] },
  ];
  const five = [...rows, ...rows.slice(0, 2)];

  test.each(['no', 'some'])(
    'with %s such points in its Pareto set gives rows of any depth what they get alone',
    async (has) => {
      const text = tinyTextModel();
      const searched = [{ point: { lengths: [1, 0.9, 0.5], skip: [0] }, score: 0.7, cost: 0.3 }];
      const lengthAdaptive = text.lengthAdaptive && {
        ...text.lengthAdaptive,
        paretoSet: [...searched, ...text.lengthAdaptive.paretoSet],
      };
      await saveModel(`${folder}/weights-${has}`, has === 'some' ? { ...text, lengthAdaptive } : text);
      const { model } = await openOnnx(`${folder}/weights-${has}`);
      const together = await model.runRows(five, points);
      const width = together.length / five.length;
      for (const [row, input] of five.entries()) {
        const point = points[row] as OperatingPoint;
        const own = together.subarray(row * width, (row + 1) * width);
        expect(largestDifference(await model.run([input], { point }), own)).toBeLessThan(1e-5);
        expect(largestDifference(await text.model.run([input], { point }), own)).toBeLessThan(1e-5);
        expect(await model.keptPositions(input, point)).toEqual(await text.model.keptPositions(input, point));
      }
      await expect(model.run(rows, { point: { skip: [0, 1, 2] } })).rejects.toMatchObject({
        code: 'OPERATING_POINT_INVALID',
      });
      await model.release();
      text.model.dispose();
    },
  );

  test('with factors runs ranks and depth at once', async () => {
    const text = tinyTextModel();
    const { model: factors } = await factoriseModel(text.model, texts);
    await saveModel(`${folder}/factors`, { ...text, model: factors });
    const { model } = await openOnnx(`${folder}/factors`);
    const ranks = { attention: [0.5, 1, 0.9], feedForward: [1, 0.5, 0.5] };
    for (const point of [
      { ranks, skip: [1] },
      { ranks, lengths: [0.9, 0.6, 0.5], skip: [0] },
      { ranks },
      { skip: [2] },
    ]) {
      const expected = await factors.run(rows, { point });
      expect(largestDifference(await model.run(rows, { point }), expected)).toBeLessThan(1e-5);
      expect(model.macs(20, point)).toBe(factors.macs(20, point));
    }
    await model.release();
    for (const { dispose } of [text.model, factors]) dispose();
  });
});

describe('an exported folder', () => {
  const deep = { point: { lengths: [1, 0.9, 0.5], skip: [0] }, score: 0.7, cost: 0.3 };
  const searchedText = () => {
    const text = tinyTextModel();
    const before = text.lengthAdaptive;
    return { ...text, lengthAdaptive: before && { ...before, paretoSet: [deep, ...before.paretoSet] } };
  };
  const paretoSetOf = (path: string): readonly { readonly point: OperatingPoint }[] =>
    (JSON.parse(readFileSync(`${path}/length_adaptive.json`, 'utf8')) as { paretoSet: { point: OperatingPoint }[] })
      .paretoSet;

  test('leaves its layers open where a point of the Pareto set needs it, at every precision', async () => {
    const text = searchedText();
    const path = `${folder}/open`;
    const files = await exportModel(path, text, { precisions: ['fp32', 'fp16', 'int8'], leastAgreement: 0 });
    expect(
      files.map(({ verification }) => verification?.points.filter(({ point }) => leavesLayersOut(point)).length),
    ).toEqual([1, 1, 1]);
    expect(paretoSetOf(path).some(({ point }) => leavesLayersOut(point))).toBe(true);
    const { model } = await openOnnx(path);
    expect(model.runsAllLayers).toBe(false);
    const expected = await text.model.run(rows, deep);
    expect(largestDifference(await model.run(rows, deep), expected)).toBeLessThan(1e-5);
    await model.release();
    text.model.dispose();
  });

  test('that runs all of its layers says so, and has no points that do not', async () => {
    const text = searchedText();
    const path = `${folder}/closed`;
    await exportModel(path, text, { precisions: ['fp32'], chooseLayers: false });
    expect(paretoSetOf(path)).toHaveLength(text.lengthAdaptive?.paretoSet.length === 3 ? 2 : 0);
    const { model } = await openOnnx(path);
    expect(model.runsAllLayers).toBe(true);
    await expect(model.run(rows, deep)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringMatching(/leaves out the layers 0.*--choose-layers/) as string,
    });
    await model.release();
    await expect(exportGraphOf(text.model)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    text.model.dispose();
  });

  const exportGraphOf = async (model: TaskModel): Promise<Uint8Array> =>
    exportGraph(await hostModel(model), { chooseLayers: true, point: { lengths: [0.8, 0.6, 0.5] } });
});

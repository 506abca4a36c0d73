/** Points that name a reducer, or say that their lengths do not count some tokens: on both engines and in files. */
import { existsSync, readFileSync } from 'node:fs';
import type { OperatingPoint } from '@length-adaptive/core';
import { costParts, findReducer, isFullLength, keptAt } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { RunnableModel, TaskModel } from '@length-adaptive/models';
import {
  costOptionsOf,
  openTrainedModel,
  questionAnswering,
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

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

const rows = [{ ids: [2, 5, 6, 7, 8, 9, 3] }, { ids: [2, 9, 3] }, { ids: [2, 11, 12, 13, 14, 15, 16, 17, 18, 3] }];
const classification = sequenceClassification(['bad', 'fair', 'good']);
const ratios = fc
  .array(fc.oneof(fc.double({ min: 0.05, max: 1, noNaN: true }), fc.constant(1)), { minLength: 3, maxLength: 3 })
  .map((config) => config.sort((a, b) => b - a));

describe('a point that names a reducer', () => {
  const reducers = ['attention', 'cls-attention', 'tome', 'pool', 'fuse', 'token-pooling'];

  test.each(reducers)('runs as a model whose folder names %s, on both engines', async (reducer) => {
    const text = tinyTextModel();
    await saveModel(`${folder}/own`, text);
    const { model: own } = await openTrainedModel(`${folder}/own`, { reducer });
    const { model: onnx } = await openOnnx(`${folder}/own`);
    const property = fc.asyncProperty(ratios, async (lengths) => {
      const expected = await own.run(rows, { point: { lengths } });
      const point = { lengths, reducer };
      expect(largestDifference(await text.model.run(rows, { point }), expected)).toBeLessThan(1e-6);
      expect(largestDifference(await onnx.run(rows, { point }), expected)).toBeLessThan(1e-5);
      const kept = await own.keptPositions(rows[2] ?? { ids: [] }, { lengths });
      for (const model of [text.model, onnx])
        expect(await model.keptPositions(rows[2] ?? { ids: [] }, point)).toEqual(kept);
      expect(onnx.macs(9, point)).toBe(text.model.macs(9, { lengths }));
    });
    await fc.assert(property, { numRuns: 6 });
    await onnx.release();
    for (const { dispose } of [text.model, own]) dispose();
  });

  test('stands in a batch beside others, each row as it is alone', async () => {
    const text = tinyTextModel();
    await saveModel(`${folder}/rows`, text);
    const { model } = await openOnnx(`${folder}/rows`);
    const lengths = [0.9, 0.6, 0.4];
    const points: OperatingPoint[] = [
      { lengths, reducer: 'tome' },
      { lengths },
      { lengths, reducer: 'attention' },
      { lengths: [1, 1, 1], reducer: 'tome' },
      { lengths, reducer: 'pool', floor: 3, skip: [1] },
    ];
    const five = [...rows, ...rows.slice(1)];
    const together = await model.runRows(five, points);
    const width = together.length / five.length;
    for (const [row, input] of five.entries()) {
      const point = points[row] as OperatingPoint;
      const own = together.subarray(row * width, (row + 1) * width);
      expect(largestDifference(await model.run([input], { point }), own)).toBeLessThan(1e-5);
      expect(largestDifference(await text.model.run([input], { point }), own)).toBeLessThan(1e-5);
    }
    await model.release();
    text.model.dispose();
  });

  test('is exported as a file for each reducer of the Pareto set, which one folder runs', async () => {
    const text = tinyTextModel();
    const lengths = [0.9, 0.6, 0.4];
    const before = text.lengthAdaptive;
    const searched = ['tome', 'pool'].map((reducer, i) => ({
      point: { lengths, reducer },
      score: 0.7,
      cost: 0.5 + i / 10,
    }));
    const lengthAdaptive = before && { ...before, paretoSet: [...searched, ...before.paretoSet] };
    const files = await exportModel(`${folder}/files`, { ...text, lengthAdaptive }, { leastAgreement: 0 });
    expect(files.map(({ path, verification }) => [path, verification?.passed])).toEqual(
      ['model', 'model_quantized', 'model.tome', 'model_quantized.tome', 'model.pool', 'model_quantized.pool'].map(
        (name) => [`onnx/${name}.onnx`, true],
      ),
    );
    const { model, lengthAdaptive: read } = await openOnnx(`${folder}/files`);
    expect(read?.paretoSet).toHaveLength(4);
    for (const point of [{ lengths }, ...searched.map(({ point: own }) => own)])
      expect(largestDifference(await model.run(rows, { point }), await text.model.run(rows, { point }))).toBeLessThan(
        1e-5,
      );
    await expect(model.run(rows, { point: { lengths, reducer: 'fuse' } })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
    await model.release();

    const built = { lengths, reducer: 'tome', floor: 4 };
    await exportModel(`${folder}/built`, { ...text, lengthAdaptive }, { point: built, precisions: ['fp32'] });
    expect(existsSync(`${folder}/built/onnx/model.tome.onnx`)).toBe(false);
    const { model: fixed } = await openOnnx(`${folder}/built`);
    const own: RunnableModel = fixed;
    expect([fixed.reducer.name, fixed.builtIn]).toEqual(['tome', { lengths, floor: 4 }]);
    const expected = await text.model.run(rows, { point: built });
    for (const options of [{}, { point: built }])
      expect(largestDifference(await own.run(rows, options), expected)).toBeLessThan(1e-5);
    await fixed.release();
    text.model.dispose();
  });

  test.each<[string, OperatingPoint, string, RegExp]>([
    ['nobody knows', { lengths: [0.8, 0.5, 0.4], reducer: 'best' }, 'REDUCER_UNKNOWN', /no reducer "best"/],
    ['learns weights', { lengths: [0.8, 0.5, 0.4], reducer: 'skim' }, 'OPTION_INVALID', /skim learns weights/],
    ['is no name', { lengths: [0.8, 0.5, 0.4], reducer: 'to me' }, 'OPERATING_POINT_INVALID', /"reducer" is "to me"/],
  ])('that %s is refused by both engines', async (_, point, code, message) => {
    const text = tinyTextModel();
    await saveModel(`${folder}/refused`, text);
    const { model } = await openOnnx(`${folder}/refused`);
    for (const engine of [model, text.model])
      await expect(engine.run(rows, { point })).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message) as string,
      });
    await model.release();
    text.model.dispose();
  });

  test('that the task cannot take, or the file, is refused by name', async () => {
    const questions = tinyModel({}, 1, { task: questionAnswering() });
    const point = { lengths: [0.8, 0.5, 0.4], reducer: 'tome' };
    await expect(questions.run(rows, { point })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringMatching(
        /question answering.*cannot take the reducer tome|cannot take the reducer tome/,
      ) as string,
    });
    questions.dispose();
    const model = tinyModel();
    const host = await hostModel(model);
    const onnx = await createOnnxModel(exportGraph(host), model.config);
    await expect(onnx.run(rows, { point })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringMatching(
        /names the reducer tome, and the ONNX file was exported to rank tokens by attention/,
      ) as string,
    });
    expect(() => exportGraph(host, { point: { ...point, reducer: 'skim' } })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
    await onnx.release();
    model.dispose();
  });

  test('costs nothing of what its model has learned to rank by', () => {
    const model = tinyModel({}, 1, { reducer: findReducer('skim') });
    const lengths = [0.8, 0.5, 0.4];
    expect(model.macs(20, { lengths })).toBeGreaterThan(model.macs(20, { lengths, reducer: 'attention' }));
    expect(model.macs(20, { lengths, reducer: 'skim' })).toBe(model.macs(20, { lengths }));
    model.dispose();
  });
});

describe('a floor', () => {
  const tokens = fc.integer({ min: 1, max: 32 });
  const floors = fc.integer({ min: 0, max: 40 });

  test('leaves T + r (n - T) of n > T tokens, and all of fewer, so that short inputs run at full length, on both engines', async () => {
    const whole = tinyModel();
    const host = await hostModel(whole);
    const onnx = await createOnnxModel(exportGraph(host), whole.config, {
      traced: () => exportGraph(host, { trace: true }),
    });
    const property = fc.asyncProperty(ratios, floors, async (lengths, floor) => {
      const point = { lengths, floor };
      const batch = await whole.run(rows, { point });
      expect(largestDifference(await onnx.run(rows, { point }), batch)).toBeLessThan(1e-5);
      for (const [row, input] of rows.entries()) {
        const n = input.ids.length;
        const expected = lengths.map((r) =>
          n <= floor ? n : Math.min(n, Math.max(2, Math.ceil(floor + r * (n - floor) - 1e-6))),
        );
        expect(keptAt(point, 3, n)).toEqual(expected);
        for (const model of [whole, onnx])
          expect((await model.keptPositions(input, point)).map(({ length }) => length)).toEqual(expected);
        const alone = await whole.run([input], { point });
        expect(largestDifference(alone, batch.subarray(3 * row, 3 * row + 3))).toBeLessThan(1e-5);
        if (n <= floor) expect(largestDifference(alone, await whole.run([input]))).toBeLessThan(1e-6);
      }
    });
    await fc.assert(property, { numRuns: 15 });
    await onnx.release();
    whole.dispose();
  });

  test.each([
    ['the first token', classification],
    ['every token', questionAnswering()],
  ])('is priced as it runs, given or built in, with a head that reads %s', async (_, task) => {
    const whole: TaskModel = tinyModel({}, 1, { task });
    const host = await hostModel(whole);
    const shape = { layers: 3, hiddenSize: 32, intermediateSize: 64 };
    const { bytes } = readOnnxFile(exportGraph(host));
    const property = fc.asyncProperty(ratios, floors, tokens, async (lengths, floor, length) => {
      const input = { ids: new Int32Array(length) };
      const { projections, attention, feedForward, head } = costParts(shape, lengths, length, {
        ...costOptionsOf(shape, task.readout),
        floor,
      });
      const priced = projections + attention + feedForward + head;
      expect(await profiledMacs(bytes, input, { config: lengths, floor, layers: 3 })).toBe(priced);
      const built = exportGraph(host, { point: { lengths, floor } });
      expect(await profiledMacs(readOnnxFile(built).bytes, input, { config: lengths, layers: 3 })).toBe(priced);
      const says = isFullLength(lengths) ? undefined : floor || undefined;
      expect(readOnnxFile(built).builtIn?.floor).toBe(says);
    });
    await fc.assert(property, { numRuns: 12 });
    whole.dispose();
  });
});

test('a file by default is as it was: nothing in it speaks of floors, reducers or layers', async () => {
  const model = tinyModel();
  const bytes = Buffer.from(exportGraph(await hostModel(model)));
  for (const word of ['length_floor', 'running_layers', 'reducer']) expect(bytes.includes(word)).toBe(false);
  await saveModel(`${folder}/plain`, { ...tinyTextModel(), model });
  expect(readFileSync(`${folder}/plain/length_adaptive.json`, 'utf8')).not.toMatch(/"(floor|skip)"/);
  model.dispose();
});

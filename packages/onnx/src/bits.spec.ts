/** Points in other bits than the model was opened in: sessions beside the first, files of their sizes, and what refuses them. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import type { OperatingPoint } from '@length-adaptive/core';
import { uniformRanks } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import {
  calibrateLatency,
  createPredictor,
  factoriseModel,
  openTrainedModel,
  saveModel,
} from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { exportModel } from './export-model.js';
import { openOnnx } from './open-onnx.js';
import { countingRuntime } from './testing/counting-runtime.js';
import { largestDifference } from './testing/differences.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { tinyTextModel } from './testing/tiny-model.js';

const folder = temporaryFolder();
const half = uniformRanks(3, 0.5);
const lengths = [0.9, 0.6, 0.5];
const rows = [{ ids: [2, 5, 6, 7, 8, 9, 3] }, { ids: [2, 9, 3] }, { ids: [2, 11, 12, 13, 3] }];

const texts = Array.from({ length: 24 }, (_, i) => ({
  ids: Array.from({ length: 4 + (i % 9) }, (__, token) => 2 + ((i * 7 + token * 5) % 28)),
}));

/** Has the Pareto set of a folder be of these points. */
const search = (source: string, points: readonly OperatingPoint[]): void => {
  const file = `${source}/length_adaptive.json`;
  const known = JSON.parse(readFileSync(file, 'utf8')) as object;
  const paretoSet = points.map((point, i) => ({ point, score: (i + 1) / 10, cost: (i + 1) / points.length }));
  writeFileSync(file, JSON.stringify({ ...known, paretoSet }));
};

let source: string;
beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
  source = `${folder}/model`;
  const text = tinyTextModel();
  const { model } = await factoriseModel(text.model, texts);
  await saveModel(source, { ...text, model });
  for (const { dispose } of [text.model, model]) dispose();
});

describe('a folder with weights', () => {
  test('runs a point in 8 bits as a model does that was opened in them, beside the other in 32', async () => {
    const { model } = await openOnnx(source);
    const { model: integers } = await openOnnx(source, { precision: 'int8' });
    expect([model.otherBits, integers.otherBits]).toEqual([[8], [32]]);
    for (const point of [{}, { lengths }, { ranks: half }, { lengths, ranks: half, skip: [1] }]) {
      const whole = await model.run(rows, { point });
      const small = await integers.run(rows, { point });
      expect(await model.run(rows, { point: { ...point, bits: 8 } })).toEqual(small);
      expect(await model.run(rows, { point: { ...point, bits: 32 } })).toEqual(whole);
      expect(await integers.run(rows, { point: { ...point, bits: 32 } })).toEqual(whole);
      expect(await integers.run(rows, { point: { ...point, bits: 8 } })).toEqual(small);
      expect(largestDifference(small, whole)).toBeGreaterThan(1e-4);
      expect(model.macs(20, { ...point, bits: 8 })).toBe(model.macs(20, point));
    }
    await model.release();
    await integers.release();
  });

  test('runs rows of other bits in one call as it runs them alone, and tells which tokens they keep', async () => {
    const { model } = await openOnnx(source);
    const points: OperatingPoint[] = [{ bits: 8, lengths }, { lengths }, { bits: 8, ranks: half, lengths }];
    const together = await model.runRows(rows, points);
    const alone = await Promise.all(rows.map((row, i) => model.run([row], { point: points[i] })));
    expect(largestDifference(together, Float32Array.from(alone.flatMap((logits) => [...logits])))).toBeLessThan(1e-5);
    for (const point of points) expect(await model.keptPositions({ ids: [2, 5, 6, 7, 3] }, point)).toHaveLength(3);
    await model.release();
  });

  test('opens one session for each choice of ranks and bits, when it is first asked for', async () => {
    const counting = await countingRuntime();
    const { model } = await openOnnx(source, { runtime: counting.runtime, threads: 1, maxOtherSessions: 2 });
    expect(counting.opened()).toBe(1);
    const points: OperatingPoint[] = [{ bits: 8 }, { bits: 8, ranks: half }, { bits: 8, lengths }, { bits: 32 }, {}];
    for (const point of points) await model.run(rows, { point });
    expect([counting.opened(), counting.live()]).toEqual([3, 3]);
    await model.run(rows, { point: { ranks: half } });
    expect([counting.opened(), counting.live()]).toEqual([4, 3]); // the one that was used longest ago is gone
    await model.release();
    expect(counting.live()).toBe(0);
  });

  test('keeps open what a budget chooses among', async () => {
    const points = [0.9, 0.8, 0.7].flatMap((share): OperatingPoint[] => {
      const ranks = uniformRanks(3, share);
      return [{ ranks }, { ranks, bits: 8 }];
    });
    const copy = `${folder}/choices`;
    const text = await openTrainedModel(source);
    await saveModel(copy, text);
    text.model.dispose();
    search(copy, points);
    const counting = await countingRuntime();
    const { model } = await openOnnx(copy, { runtime: counting.runtime, threads: 1 });
    for (const point of [...points, ...points]) await model.run(rows, { point });
    expect([counting.opened(), counting.live()]).toEqual([7, 7]);
    await model.release();
  });

  test('is timed in both, each by itself; bits that were not timed are refused', async () => {
    const { model } = await openOnnx(source, { threads: 1 });
    const options = { lengths: [4, 12], repeats: 1, seconds: 1 };
    const latency = await calibrateLatency(model, { ...options, bits: [8, 32], machine: 'here' });
    expect(latency.fit).toMatchObject({ bits: 32, machine: 'here', otherBits: [{ bits: 8 }] });
    expect(latency.milliseconds(8, { bits: 8 })).toBeGreaterThan(0);
    expect(latency.milliseconds(8, { bits: 32 })).toBe(latency.milliseconds(8, {}));
    const own = await calibrateLatency(model, options);
    expect(() => own.milliseconds(8, { bits: 8 })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringContaining('bits: [8]') as string }),
    );
    await model.release();
  });
});

describe('the size of a point is that of the file that is written', () => {
  const shares = fc.array(fc.constantFrom(1, 0.9, 0.5, 0.25), { minLength: 3, maxLength: 3 });
  const ranks = fc.record({ attention: shares, feedForward: shares });

  test('at any ranks and bits, whatever its lengths', async () => {
    const text = await openTrainedModel(source);
    const { model } = await openOnnx(source);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        ranks,
        fc.constantFrom(8 as const, 32 as const),
        fc.boolean(),
        async (own, bits, chooseLayers) => {
          const out = `${folder}/sized-${run++}`;
          const point = { ranks: own, bits };
          const [file] = await exportModel(out, text, { point, chooseLayers, verify: false });
          const written = statSync(`${out}/${file?.path}`).size;
          expect(file?.bytes).toBe(written);
          const asked = chooseLayers ? { ...point, skip: [1] } : point;
          expect(model.fileBytes?.(asked)).toBe(written);
          expect(model.fileBytes?.({ ...asked, lengths })).toBe(written);
        },
      ),
      { numRuns: 12 },
    );
    const files = await exportModel(`${folder}/sized`, text, { verify: false });
    expect(files.map(({ bytes }) => bytes)).toEqual([model.fileBytes?.({}), model.fileBytes?.({ bits: 8 })]);
    expect(model.fileBytes?.({ bits: 32 })).toBe(model.fileBytes?.({}));
    text.model.dispose();
    await model.release();
  });

  test('with the reducer that it names', async () => {
    const text = await openTrainedModel(source, { reducer: 'tome' });
    const [, integers] = await exportModel(`${folder}/tome`, text, { verify: false });
    const { model } = await openOnnx(source);
    expect(model.fileBytes?.({ lengths, reducer: 'tome', bits: 8 })).toBe(integers?.bytes);
    expect(model.fileBytes?.({ lengths, bits: 8 })).not.toBe(integers?.bytes);
    text.model.dispose();
    await model.release();
  });
});

describe('an exported file', () => {
  test('of a point with bits is the one that has them, with its lengths left open', async () => {
    const text = await openTrainedModel(source);
    const out = `${folder}/exported`;
    const files = await exportModel(out, text, { point: { bits: 8, ranks: half } });
    expect(files.map(({ path, precision, verification }) => [path, precision, verification?.passed])).toEqual([
      ['onnx/model_quantized.onnx', 'int8', true],
    ]);
    const { model } = await openOnnx(out, { precision: 'int8' });
    const { model: whole } = await openOnnx(source);
    for (const point of [{ lengths }, { lengths, bits: 8 as const }, { lengths, bits: 8 as const, ranks: half }])
      expect(await model.run(rows, { point })).toEqual(
        await whole.run(rows, { point: { lengths, bits: 8, ranks: half } }),
      );
    await expect(model.run(rows, { point: { bits: 32 } })).rejects.toMatchObject({ code: 'OPERATING_POINT_INVALID' });
    await expect(
      exportModel(`${folder}/neither`, text, { point: { bits: 8 }, precisions: ['fp32'] }),
    ).rejects.toMatchObject({ code: 'OPTION_INVALID', message: expect.stringContaining('8 bits') as string });
    text.model.dispose();
    await model.release();
    await whole.release();
  });

  test('keeps the points of its Pareto set whose bits its files have, and opens the one beside the other', async () => {
    const copy = `${folder}/to-export`;
    const opened = await openTrainedModel(source);
    await saveModel(copy, opened);
    opened.model.dispose();
    search(copy, [{ lengths, bits: 8 }, { lengths }, { bits: 8 }, {}]);
    const text = await openTrainedModel(copy);
    const pointsOf = (out: string): unknown =>
      (
        JSON.parse(readFileSync(`${out}/length_adaptive.json`, 'utf8')) as { paretoSet: { point: unknown }[] }
      ).paretoSet.map(({ point }) => point);
    await exportModel(`${folder}/both`, text, { verify: false });
    expect(pointsOf(`${folder}/both`)).toEqual([{ lengths, bits: 8 }, { lengths }, { bits: 8 }, {}]);
    await exportModel(`${folder}/one`, text, { verify: false, precisions: ['fp32'] });
    expect(pointsOf(`${folder}/one`)).toEqual([{ lengths }, {}]);
    await exportModel(`${folder}/other`, text, { verify: false, precisions: ['int8'] });
    expect(pointsOf(`${folder}/other`)).toEqual([{ lengths, bits: 8 }, { bits: 8 }]);
    text.model.dispose();

    const exported = await openOnnx(`${folder}/both`);
    const weights = await openOnnx(copy);
    expect([exported.notes, exported.model.otherBits, exported.model.fileBytes]).toEqual([[], [8], undefined]);
    for (const point of [{ lengths, bits: 8 as const }, { bits: 8 as const }, { lengths }])
      expect(await exported.model.run(rows, { point })).toEqual(await weights.model.run(rows, { point }));
    const predictor = createPredictor(exported);
    const [answer] = await predictor.predict(['the phone works'], { budget: { minScore: 0.1 } });
    expect(answer?.point).toEqual({ lengths, bits: 8 });
    predictor.dispose();
    await weights.model.release();
  });
});

test('TensorFlow.js refuses bits that it does not have, and chooses among the points that it runs', async () => {
  const copy = `${folder}/for-tensorflow`;
  const opened = await openTrainedModel(source);
  await saveModel(copy, opened);
  opened.model.dispose();
  search(copy, [{ lengths, bits: 8 }, { lengths }, { bits: 8 }, {}]);
  const text = await openTrainedModel(copy);
  await expect(text.model.run(rows, { point: { bits: 8 } })).rejects.toMatchObject({
    code: 'OPERATING_POINT_INVALID',
    message: expect.stringMatching(/8 bits, and the model as it was opened on tfjs has 32\..*ONNX Runtime/) as string,
  });
  expect(await text.model.run(rows, { point: { lengths, bits: 32 } })).toEqual(
    await text.model.run(rows, { point: { lengths } }),
  );
  expect(text.notes).toEqual([expect.stringMatching(/^2 of 4 searched points run in other bits/)]);
  const predictor = createPredictor(text);
  expect(predictor.paretoSet.map(({ point }) => point)).toEqual([{ lengths }, {}]);
  const [answer] = await predictor.predict(['the phone works'], { budget: { minScore: 0.1 } });
  expect(answer?.point).toEqual({ lengths });
  await expect(predictor.predict(['the phone works'], { point: { bits: 8 } })).rejects.toMatchObject({
    code: 'OPERATING_POINT_INVALID',
  });
  predictor.dispose();
});

import type { EncoderInput, LengthConfig } from '@length-adaptive/core';
import { fullLength } from '@length-adaptive/core';
import type { TaskModel } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-node';
import { exportGraph, hostModel } from './export-graph.js';
import type { HostModel } from './export-graph.js';
import type { OnnxModel } from './onnx-model.js';
import { createOnnxModel } from './onnx-model.js';
import { readOnnxFile } from './read-file.js';
import { largestDifference } from './testing/differences.js';
import { tinyModel } from './testing/tiny-model.js';
import { tokenFeeds } from './token-batch.js';

const inputs: readonly EncoderInput[] = [20, 7, 1].map((length, row) => ({
  ids: Array.from({ length }, (_, i) => (i * 7 + row * 3) % 40),
}));
const full = fullLength(3);

let model: TaskModel;
let host: HostModel;
let any: OnnxModel;

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
  model = tinyModel();
  host = await hostModel(model);
  any = await createOnnxModel(exportGraph(host), model.config, { traced: () => exportGraph(host, { trace: true }) });
});
afterAll(async () => {
  await any.release();
  model.dispose();
});

const fixed = (lengthConfig: LengthConfig): Promise<OnnxModel> =>
  createOnnxModel(exportGraph(host, { point: { lengths: lengthConfig } }), model.config, {
    traced: () => exportGraph(host, { point: { lengths: lengthConfig }, trace: true }),
  });

describe.each([
  { name: 'that drops in every layer', lengthConfig: [0.8, 0.5, 0.3] },
  { name: 'that drops in one layer', lengthConfig: [1, 0.4, 0.4] },
  { name: 'of ratios that divisions made', lengthConfig: [13 / 20, 3 / 7, 1 / 7] },
  { name: 'of ratios just above a whole token', lengthConfig: [0.800003, 0.500002, 0.3] },
  { name: 'of the full length', lengthConfig: [1, 1, 1] },
])('a file with a configuration built in $name', ({ lengthConfig }) => {
  let engine: OnnxModel;
  beforeAll(async () => {
    engine = await fixed(lengthConfig);
  });
  afterAll(() => engine.release());

  test('answers as the file for any configuration does at that one, without being told', async () => {
    const logits = await engine.run(inputs);
    expect(largestDifference(logits, await any.run(inputs, { point: { lengths: lengthConfig } }))).toBeLessThan(1e-5);
    expect(largestDifference(logits, await model.run(inputs, { point: { lengths: lengthConfig } }))).toBeLessThan(1e-4);
    expect([...(await engine.run(inputs, { point: { lengths: lengthConfig } }))]).toEqual([...logits]);
    expect(engine.builtIn).toEqual({ lengths: lengthConfig });
  });

  test('keeps the same tokens', async () => {
    for (const input of inputs)
      expect(await engine.keptPositions(input, { lengths: lengthConfig })).toEqual(
        await any.keptPositions(input, { lengths: lengthConfig }),
      );
  });

  test('refuses another configuration', async () => {
    const other = [0.9, 0.5, 0.2];
    await expect(engine.run(inputs, { point: { lengths: other } })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining(lengthConfig.join(' ')),
    });
    await expect(engine.keptPositions({ ids: [1, 2, 3] }, { lengths: other })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
    await expect(
      engine.runRows(inputs.slice(0, 2), [{ lengths: lengthConfig }, { lengths: other }]),
    ).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
  });
});

describe('the file for any configuration', () => {
  test('has none built in', () => expect(any.builtIn).toBeUndefined());

  test('runs at full length in a plain session that is told nothing of configurations', async () => {
    const session = await ort.InferenceSession.create(exportGraph(host));
    const feeds = tokenFeeds(ort, inputs, {
      configs: inputs.map(() => full),
      layers: 3,
      inputNames: ['input_ids', 'attention_mask', 'token_type_ids'],
    });
    const { logits } = await session.run(feeds as Record<string, ort.Tensor>);
    expect(Object.keys(feeds)).toHaveLength(3);
    expect(largestDifference(logits?.data as Float32Array, await model.run(inputs))).toBeLessThan(1e-4);
    await session.release();
  });

  test('takes one row of ratios, as people write them, for the whole batch', async () => {
    const config = [0.7, 0.55, 0.3];
    const session = await ort.InferenceSession.create(readOnnxFile(exportGraph(host)).bytes);
    const feeds = tokenFeeds(ort, inputs, {
      configs: inputs.map(() => full),
      layers: 3,
      inputNames: session.inputNames,
    });
    const { logits } = await session.run({
      ...feeds,
      length_ratios: new ort.Tensor('float32', Float32Array.from(config), [1, 3]),
    });
    expect(
      largestDifference(logits?.data as Float32Array, await model.run(inputs, { point: { lengths: config } })),
    ).toBeLessThan(1e-4);
    await session.release();
  });

  test('refuses configurations that are none', async () => {
    await expect(any.run(inputs, { point: { lengths: [0.5, 0.6, 0.4] } })).rejects.toMatchObject({
      code: 'LENGTH_CONFIG_INVALID',
    });
    await expect(any.run(inputs, { point: { lengths: [0.5, 0.4] } })).rejects.toMatchObject({
      code: 'LENGTH_CONFIG_INVALID',
    });
    expect(() => exportGraph(host, { point: { lengths: [0.5, 0.4] } })).toThrow(
      expect.objectContaining({ code: 'LENGTH_CONFIG_INVALID' }),
    );
  });
});

import type { EncodeOptions, EncoderInput } from '@length-adaptive/core';
import { encode, keptTokens } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { TaskModel } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import type { ExportGraphOptions } from './export-graph.js';
import { exportGraph, hostModel } from './export-graph.js';
import { createOnnxModel } from './onnx-model.js';
import { readOnnxFile } from './read-file.js';
import { openSession } from './runtime.js';
import { largestDifference } from './testing/differences.js';
import { tinyModel } from './testing/tiny-model.js';
import { tokenFeeds } from './token-batch.js';
import { observedTeacherGraph } from './training/teacher-graph.js';

const layers = 3;
const config = [0.7, 0.3, 0.15];
const point = { lengths: config };
const inputs: readonly EncoderInput[] = [
  { ids: [2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 3], prior: [0, 0, 0, 0, 0, 40, 0, 0, 40, 0, 0, 0, 0, 0, 0, 0] }, // prettier-ignore
  { ids: [2, 20, 21, 22, 23, 24, 3] },
  { ids: [2, 3] },
];

let model: TaskModel;
beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
  model = tinyModel();
});
afterAll(() => model.dispose());

const onTensors = async (options: EncodeOptions): Promise<Float32Array> => {
  const { hidden } = encode(model.encoder, inputs, { config, ...options });
  const values = (await hidden.data()) as Float32Array;
  hidden.dispose();
  return values;
};

/** Hidden states of an exported encoder that takes a prior. */
const onGraph = async (priorLayers: number, options: ExportGraphOptions): Promise<Float32Array> => {
  const host = await hostModel(model, { withHead: false });
  const { bytes, minTokens } = readOnnxFile(exportGraph({ ...host, prior: { layers: priorLayers } }, options));
  const { ort, session } = await openSession(bytes, { threads: 1 });
  const { inputNames } = session;
  const configs = inputs.map(() => config);
  const outputs = await session.run(tokenFeeds(ort, inputs, { configs, layers, inputNames, minTokens }));
  await session.release();
  return outputs['last_hidden_state']?.data as Float32Array;
};

const choices: readonly (readonly [string, Pick<ExportGraphOptions, 'minTokens' | 'protectedTokens'>])[] = [
  ['as they are by default', {}],
  ['minTokens 1', { minTokens: 1 }],
  ['minTokens 6', { minTokens: 6 }],
  ['protectedTokens 4', { protectedTokens: 4 }],
  ['minTokens 5 and protectedTokens 3', { minTokens: 5, protectedTokens: 3 }],
];

describe.each(choices)('options: %s', (_, options) => {
  test.each([1, 2, 3])('a graph gives what tensors give, with a prior in the first %d layers', async (priorLayers) => {
    const expected = await onTensors({ ...options, priorLayers });
    expect(largestDifference(await onGraph(priorLayers, options), expected)).toBeLessThan(1e-4);
    expect(
      largestDifference(await onGraph(priorLayers, { ...options, point: { lengths: config } }), expected),
    ).toBeLessThan(1e-4);
  });

  test('an opened file runs, tells and prices by them, as the model does', async () => {
    const host = await hostModel(model);
    const traced = () => exportGraph(host, { ...options, trace: true });
    const engine = await createOnnxModel(exportGraph(host, options), model.config, { threads: 1, traced });
    const plain = inputs.map(({ ids }) => ({ ids }));
    const logits = tf.tidy(() => model.logits(plain, { config, ...options }).dataSync() as Float32Array);
    expect(largestDifference(await engine.run(plain, { point }), logits)).toBeLessThan(1e-4);
    for (const { ids } of plain) {
      const { hidden, trace } = encode(model.encoder, [{ ids }], {
        config,
        ...options,
        wanted: 'survivors',
        trace: true,
      });
      const kept = trace.map(({ positions, counts }) => Array.from(positions.dataSync()).slice(0, counts[0]));
      tf.dispose([hidden, ...trace.flatMap(({ positions, scores }) => [positions, scores])]);
      expect(await engine.keptPositions({ ids }, point)).toEqual(kept);
      expect(kept.map(({ length }) => length)).toEqual(keptTokens(config, ids.length, options));
    }
    const { minTokens = 2 } = options;
    if (minTokens > 2) expect(engine.macs(8, point)).toBeGreaterThan(model.macs(8, point));
    else expect(engine.macs(40, point)).toBe(model.macs(40, point));
    await engine.release();
  });
});

test('with protectedTokens 0 the first token ranks as any other, and comes back; a head that reads it alone is refused', async () => {
  const options = { protectedTokens: 0 };
  const expected = await onTensors({ ...options, priorLayers: 1 });
  expect(largestDifference(await onGraph(1, options), expected)).toBeLessThan(1e-4);
  const host = await hostModel(model);
  expect(() => exportGraph(host, options)).toThrow(/protectedTokens is 0, but the head reads the first token/);
});

test('options make a difference', async () => {
  const plain = await onTensors({ priorLayers: 0 });
  for (const options of [{ minTokens: 6 }, { protectedTokens: 4 }, { priorLayers: 1 }])
    expect(largestDifference(await onTensors({ priorLayers: 0, ...options }), plain)).toBeGreaterThan(1e-3);
});

test('what is observed of queries, keys and values is the same on both engines, without the scale of the scores', async () => {
  const host = await hostModel(model, { withHead: false });
  const { ort, session } = await openSession(observedTeacherGraph(host, { projections: [0, 2] }), { threads: 1 });
  const one = [{ ids: (inputs[0] as EncoderInput).ids }];
  const outputs = await session.run(
    tokenFeeds(ort, one, { configs: [[1, 1, 1]], layers, inputNames: session.inputNames }),
  );
  await session.release();
  const { hidden, observed } = encode(model.encoder, one, { observe: { projections: [0, 2] } });
  for (const [i, projections] of observed.projections.entries())
    for (const kind of ['query', 'key', 'value'] as const) {
      const seen = outputs[`${kind}.${i}`]?.data as Float32Array;
      expect(largestDifference(seen, projections[kind].dataSync() as Float32Array)).toBeLessThan(1e-4);
    }
  tf.dispose([hidden, ...observed.projections.flatMap(({ query, key, value }) => [query, key, value])]);
});

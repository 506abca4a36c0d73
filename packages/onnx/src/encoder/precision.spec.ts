import type { EncoderInput } from '@length-adaptive/core';
import type { TaskModel } from '@length-adaptive/models';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import type { HostModel } from '../export-graph.js';
import { exportGraph, hostModel, opset } from '../export-graph.js';
import { createGraph } from '../graph/graph-builder.js';
import { createOnnxModel } from '../onnx-model.js';
import { openGolden } from '../testing/golden.js';
import { runGraph } from '../testing/run-graph.js';
import { tinyModel } from '../testing/tiny-model.js';
import type { Verification } from '../verify.js';
import { tolerances, verify } from '../verify.js';
import type { Precision } from './precision.js';
import { emitterOf } from './precision.js';

const golden = openGolden('bert');

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

const verification = async (
  model: TaskModel,
  inputs: readonly EncoderInput[],
  precision: Precision,
): Promise<Verification> => {
  const engine = await createOnnxModel(exportGraph(await hostModel(model), { precision }), model.config);
  try {
    return await verify(engine, model, inputs, { precision, positions: false });
  } finally {
    await engine.release();
  }
};

describe.each([
  ['fp32', tolerances.fp32],
  ['fp16', tolerances.fp16],
  ['int8', 0.5],
] as const)('weights in %s', (precision, tolerance = Number.NaN) => {
  test('logits of the golden model stay near, at full length and dropped, in padded batches too', async () => {
    const model = golden.model();
    for (const inputs of [golden.inputs, golden.ragged]) {
      const { difference, passed, points } = await verification(model, inputs, precision);
      expect(points).toHaveLength(3);
      expect(difference).toBeLessThan(tolerance);
      expect(passed).toBe(true);
    }
    model.dispose();
  });
});

describe('lower precisions', () => {
  test('are near, and never exact', async () => {
    const model = golden.model();
    const { difference: half } = await verification(model, golden.inputs, 'fp16');
    const { difference: byte } = await verification(model, golden.inputs, 'int8');
    expect(half).toBeGreaterThan(1e-6);
    expect(byte).toBeGreaterThan(half);
    model.dispose();
  });
});

describe('integer products', () => {
  test('are exact on every processor: large factors of one sign do not saturate', async () => {
    const [ins, outs] = [64, 16];
    const leaf = (name: string, shape: readonly number[], value: number) => ({
      name,
      shape,
      data: new Float32Array(shape.reduce((a, b) => a * b)).fill(value),
    });
    const g = createGraph();
    const x = g.op('Unsqueeze', [g.input('x', 'float32', ['n']), g.int64([0])]);
    g.output(
      'y',
      emitterOf('int8').dense(g, x, { kernel: leaf('kernel', [ins, outs], 0.5), bias: leaf('bias', [outs], 1) }),
      'float32',
      [1, outs],
    );
    const { y } = await runGraph(g.model({ opset }), { x: new Array<number>(ins).fill(2) });
    y?.forEach((value) => expect(value).toBeCloseTo(ins * 2 * 0.5 + 1, 3));
    expect(y).toHaveLength(outs);
  });
});

describe('file sizes', () => {
  let host: HostModel;
  beforeAll(async () => {
    const model = tinyModel({ vocab_size: 3000, hidden_size: 128, intermediate_size: 512, num_hidden_layers: 1 });
    host = await hostModel(model, { withHead: false });
    model.dispose();
  });
  const share = (precision: Precision): number => exportGraph(host, { precision }).length / exportGraph(host).length;

  test('half precision takes half the bytes', () => {
    expect(share('fp16')).toBeGreaterThan(0.49);
    expect(share('fp16')).toBeLessThan(0.53);
  });

  test('int8 takes a quarter', () => {
    expect(share('int8')).toBeGreaterThan(0.24);
    expect(share('int8')).toBeLessThan(0.29);
  });
});

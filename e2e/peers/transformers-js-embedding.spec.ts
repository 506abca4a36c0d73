import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { useWasm } from '@length-adaptive/core/wasm';
import type { EmbeddingPooling, Predictor, TextModel } from '@length-adaptive/models';
import { createPredictor, openModel, writeModelDirectory } from '@length-adaptive/models';
import { exportModel, loadOnnx, readExportedWeights } from '@length-adaptive/onnx';
import * as tf from '@tensorflow/tfjs';
import { independentExport, peerRuntime, peersFolder } from './peers.js';

const published = [0.06765693, 0.06349593, 0.04871307, 0.07930498];
const reviews = readFileSync(
  path.join(__dirname, '../../node_modules/wink-sentiment/test/data/amazon_cells_labelled.txt'),
  'utf8',
)
  .split('\n')
  .flatMap((line) => line.split('\t')[0] || [])
  .slice(0, 499);
const texts = ['This is an example sentence', ...reviews];

const working = mkdtempSync(path.join(tmpdir(), 'length-adaptive-vectors-'));
afterAll(() => rmSync(working, { recursive: true, force: true }));

interface Asked {
  readonly folder: string;
  readonly model: string;
  readonly pooling: 'mean' | 'cls';
  readonly some?: readonly string[];
}

/** Vectors from transformers.js, which never leaves this computer. */
const theirs = ({ folder, model, pooling, some = texts }: Asked): number[][] => {
  const request = path.join(working, 'request.json');
  writeFileSync(request, JSON.stringify({ folder, model, dtype: 'fp32', pooling, texts: some }));
  const printed = execFileSync(process.execPath, [path.join(peersFolder, 'embed.mjs'), request], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return JSON.parse(printed) as number[][];
};

/** The weights of an independent export, as a folder of a checkpoint. */
const checkpoint = async (name: string): Promise<string> => {
  const source = independentExport(name);
  const folder = path.join(working, `${name}-weights`);
  await writeModelDirectory(folder, {
    config: JSON.parse(readFileSync(path.join(source, 'config.json'), 'utf8')) as Record<string, unknown>,
    tensors: readExportedWeights(readFileSync(path.join(source, 'onnx/model.onnx'))),
    tokenizerFiles: { 'tokenizer.json': readFileSync(path.join(source, 'tokenizer.json')) },
  });
  return folder;
};

const largestDifference = (
  a: readonly { readonly vector?: ArrayLike<number> | undefined }[],
  b: readonly (readonly number[])[],
): number => {
  expect(a).toHaveLength(b.length);
  return Math.max(
    ...b.map((row, i) => {
      const { vector = [] } = a[i] ?? {};
      expect(vector).toHaveLength(row.length);
      return Math.max(...row.map((value, k) => Math.abs(value - (vector[k] ?? Number.NaN))));
    }),
  );
};

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

describe.each(['all-MiniLM-L6-v2', 'gte-small'])('%s', (name) => {
  let folder: string;
  let expected: number[][];
  let text: TextModel;
  let onTensors: Predictor;
  let onOnnx: Predictor;

  beforeAll(async () => {
    folder = await checkpoint(name);
    expected = theirs({ folder: path.dirname(independentExport(name)), model: name, pooling: 'mean' });
    text = await openModel(folder);
    onTensors = createPredictor(text);
    onOnnx = await loadOnnx(folder, { runtime: peerRuntime });
  }, 240_000);
  afterAll(() => {
    onTensors.dispose();
    onOnnx.dispose();
  });

  test('500 texts have the vectors of transformers.js within 1e-5 on ONNX Runtime', async () => {
    expect(largestDifference(await onOnnx.embed(texts), expected)).toBeLessThan(1e-5);
    if (name !== 'gte-small') published.forEach((value, i) => expect(expected[0]?.[i]).toBeCloseTo(value, 6));
  }, 240_000);

  test('and 60 of them on TensorFlow.js', async () => {
    expect(largestDifference(await onTensors.embed(texts.slice(0, 60)), expected.slice(0, 60))).toBeLessThan(1e-5);
  }, 240_000);

  test.each([
    ['mean', 'mean'],
    ['first', 'cls'],
  ] as const)(
    'exported with the pooling "%s", transformers.js gives our vectors of the folder',
    async (pooling: EmbeddingPooling, called: 'mean' | 'cls') => {
      const own = await openModel(folder, { embedding: { pooling } });
      const exported = path.join(working, `${name}-${pooling}`);
      await exportModel(exported, own, { precisions: ['fp32'], runtime: peerRuntime });
      const again = await loadOnnx(exported, { runtime: peerRuntime });
      const some = texts.slice(0, 20);
      const vectors = await again.embed(some);
      expect(
        largestDifference(vectors, theirs({ folder: working, model: path.basename(exported), pooling: called, some })),
      ).toBeLessThan(1e-5);
      own.model.dispose();
      again.dispose();
    },
    240_000,
  );
});

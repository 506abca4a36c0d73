import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { openModel, saveModel } from '../model/open-model.js';
import { memorySource } from '../testing/tiny-model.js';
import type { TinyEmbedderOptions } from '../testing/tiny-embedder.js';
import { tinyEmbedderFiles } from '../testing/tiny-embedder.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import type { EmbeddingSettings } from '../tasks/embedding-settings.js';
import { readModelFiles } from './model-directory.js';

const folder = temporaryFolder();
beforeAll(() => tf.setBackend('cpu'));

const settingsOf = async (
  options: TinyEmbedderOptions,
  embedding?: Partial<EmbeddingSettings>,
): Promise<EmbeddingSettings | undefined> => {
  const { model } = await openModel(memorySource(await tinyEmbedderFiles(options)), { embedding });
  model.dispose();
  expect(model.task.name).toBe('embedding');
  return model.task.embedding;
};

test.each<[string, TinyEmbedderOptions, Partial<EmbeddingSettings>]>([
  ['the mean, at length 1', {}, { pooling: 'mean', normalize: true, prompts: {} }],
  ['no Normalize', { modules: ['Transformer', 'Pooling'] }, { pooling: 'mean', normalize: false }],
  ['the first token', { pooling: { pooling_mode_cls_token: true } }, { pooling: 'first' }],
  ['the weighted mean', { pooling: { pooling_mode_weightedmean_tokens: true } }, { pooling: 'weighted-mean' }],
  ['a pooling by name', { pooling: { pooling_mode: 'cls' } }, { pooling: 'first' }],
  [
    'prompts',
    { more: { prompts: { query: 'query: ', document: '' }, default_prompt_name: 'query' } },
    { prompts: { query: 'query: ', document: '' }, defaultPrompt: 'query' },
  ],
  ['a length', { lengths: { max_seq_length: 16, do_lower_case: true } }, { maxLength: 16, lowerCase: true }],
])('%s is read', async (_, options, expected) => {
  expect(await settingsOf(options)).toMatchObject(expected);
});

test('what the caller wants goes before what the files say', async () => {
  const options = { lengths: { max_seq_length: 16 } };
  expect(await settingsOf(options, { pooling: 'first', dimensions: 8 })).toMatchObject({
    pooling: 'first',
    normalize: true,
    maxLength: 16,
    dimensions: 8,
  });
});

test.each<[string, TinyEmbedderOptions, RegExp]>([
  ['the largest values', { pooling: { pooling_mode_max_tokens: true } }, /pooling is pooling_mode_max_tokens/],
  [
    'two side by side',
    { pooling: { pooling_mode_cls_token: true, pooling_mode_mean_tokens: true } },
    /pooling is pooling_mode_cls_token and pooling_mode_mean_tokens/,
  ],
  ['none', { pooling: {} }, /the pooling is none/],
  ['the last token', { pooling: { pooling_mode: 'lasttoken' } }, /the pooling is "lasttoken"/],
  ['a dense layer', { modules: ['Transformer', 'Pooling', 'Dense'] }, /module Dense is not supported/],
  ['no pooling at all', { modules: ['Transformer'] }, /there is no Pooling/],
  ['prompts that are no texts', { more: { prompts: { query: 1 } } }, /prompts is no object of texts/],
  [
    'a default prompt that is not there',
    { more: { prompts: {}, default_prompt_name: 'query' } },
    /default_prompt is "query"; expected the name of one of its prompts/,
  ],
  ['half a token', { lengths: { max_seq_length: 0.5 } }, /max_length is 0.5; expected a whole number/],
])('%s is refused', async (_, options, message) => {
  await expect(settingsOf(options)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(message) as string,
  });
});

test('a pooling that there is none of is refused, from callers without types', async () => {
  await expect(settingsOf({}, { pooling: 'max' as 'mean' })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('the pooling is "max"; supported: mean, weighted-mean, first') as string,
  });
});

test('a folder that is written is one that sentence-transformers opens, and that is read as it was', async () => {
  const more = { prompts: { query: 'query: ' }, default_prompt_name: null };
  const pooling = { pooling_mode_cls_token: true };
  const files = await tinyEmbedderFiles({ pooling, more, lengths: { max_seq_length: 24 } });
  const text = await openModel(memorySource(files));
  await saveModel(folder, text);
  text.model.dispose();

  const written = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(folder, name), 'utf8'));
  expect(await written('modules.json')).toEqual(JSON.parse(String(files['modules.json'])));
  expect(await written('1_Pooling/config.json')).toMatchObject({
    word_embedding_dimension: 32,
    pooling_mode_cls_token: true,
    pooling_mode_mean_tokens: false,
  });
  expect(await written('config_sentence_transformers.json')).toMatchObject(more);
  expect(await written('sentence_bert_config.json')).toEqual({ max_seq_length: 24, do_lower_case: false });
  expect((await readModelFiles(folder)).config).toEqual(text.model.config);
});

test('vectors that are cut to fewer dimensions are so again once the folder is opened', async () => {
  const place = join(folder, 'cut');
  const text = await openModel(memorySource(await tinyEmbedderFiles()), { embedding: { dimensions: 8 } });
  await saveModel(place, text);
  text.model.dispose();
  const again = await openModel(place);
  expect(again.model.task.embedding).toMatchObject({ dimensions: 8, normalize: true });
  again.model.dispose();
  expect(JSON.parse(await readFile(join(place, 'config_sentence_transformers.json'), 'utf8'))).toMatchObject({
    truncate_dim: 8,
  });
});

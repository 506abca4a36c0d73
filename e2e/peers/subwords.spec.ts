/** Byte-level BPE and Unigram against the Rust library, on text that people and programmers write. */
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createRandom, shuffled } from '@length-adaptive/core';
import { createTokenizer } from '@length-adaptive/models';
import { oddTexts } from './odd-texts.js';
import { peersFolder } from './peers.js';

/** The part of the Rust library's binding used here; offsets are in characters. */
interface RustTokenizer {
  encodeBatch(texts: readonly string[]): Promise<readonly { getIds(): number[]; getOffsets(): [number, number][] }[]>;
}

const { Tokenizer: Rust } = createRequire(path.join(peersFolder, 'package.json'))('tokenizers') as {
  readonly Tokenizer: { fromString(json: string): RustTokenizer };
};

const root = path.join(__dirname, '../..');
const fixtures = path.join(root, 'packages/models/fixtures/subwords');

/** Names of countries, languages and currencies in many languages, a few of them a line. */
const names = (): string[] => {
  const locales = ['zh', 'zh-Hant', 'ja', 'ko', 'ar', 'fa', 'he', 'th', 'hi', 'ta', 'bn', 'ka', 'am', 'ru', 'el', 'vi'];
  const codes = {
    region: ['US', 'FR', 'CN', 'IN', 'EG', 'TH', 'BR', 'JP', 'GR', 'GE', 'CI', 'AX', 'TR', 'ET', 'KR', 'SA'],
    language: ['en', 'fr', 'zh', 'hi', 'ar', 'th', 'pt', 'ja', 'el', 'ka', 'ta', 'tr', 'am', 'ko', 'he', 'vi'],
    currency: ['USD', 'EUR', 'CNY', 'INR', 'EGP', 'THB', 'BRL', 'JPY', 'GEL', 'TRY', 'ETB', 'KRW', 'SAR', 'ILS', 'VND'],
  } as const;
  return locales.flatMap((locale) =>
    (['region', 'language', 'currency'] as const).flatMap((type) => {
      const of = new Intl.DisplayNames([locale], { type });
      const all = codes[type].map((code) => of.of(code) ?? code);
      return [1, 2, 4, 5].flatMap((size) =>
        [0, 3, 7].map((first) => all.slice(first, first + size).join(size === 2 ? '' : ', ')),
      );
    }),
  );
};

const filesBelow = (folder: string, ending: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => path.join(folder, file));

const linesOf = (files: readonly string[]): string[] =>
  files.flatMap((file) => readFileSync(file, 'utf8').split('\n')).filter((line) => line.trim() !== '');

const drawn = (from: readonly string[], count: number): readonly string[] =>
  shuffled(from, createRandom(3)).slice(0, count);

/** Prose, pages and code of this repository, names in many scripts, lines of everything. */
const mixedLines = (): readonly string[] => {
  const prose = JSON.parse(readFileSync(path.join(fixtures, 'lines.json'), 'utf8')) as readonly string[];
  const real = [...prose, ...names()];
  const pages = linesOf(filesBelow(path.join(root, 'apps/docs/guide'), '.md'));
  const code = linesOf(filesBelow(path.join(root, 'packages/core/src'), '.ts'));
  const odd = oddTexts(400, 11);
  const all = [...real, ...odd, ...drawn(pages, 500), ...drawn(code, 2000)].filter((line) =>
    /[\p{L}\p{N}]/u.test(line),
  );
  return [...new Set(all)].slice(0, 2000);
};
const lines = mixedLines();

/** Where each character of a text begins, in UTF-16 units, and where the last one ends. */
const unitsOf = (text: string): readonly number[] => {
  let at = 0;
  return [0, ...[...text].map((character) => (at += character.length))];
};

test('there are 2,000 lines, in many scripts', () => {
  expect(lines).toHaveLength(2000);
  for (const script of ['Han', 'Arabic', 'Thai', 'Devanagari', 'Hangul', 'Hebrew', 'Cyrillic', 'Greek', 'Georgian'])
    expect(lines.filter((line) => new RegExp(`\\p{Script=${script}}`, 'u').test(line)).length).toBeGreaterThan(20);
  expect(lines.filter((line) => /\p{Extended_Pictographic}/u.test(line)).length).toBeGreaterThan(20);
});

const open = (name: string) => {
  const json = readFileSync(path.join(fixtures, name, 'tokenizer.json'), 'utf8');
  return { ours: createTokenizer({ 'tokenizer.json': new TextEncoder().encode(json) }), rust: Rust.fromString(json) };
};

test.each(['byte-level-bpe', 'unigram'])('%s: ids of 2,000 lines are those of the Rust library', async (name) => {
  const { ours, rust } = open(name);
  const theirs = await rust.encodeBatch(lines);
  const unlike = lines.flatMap((line, i) => {
    const [own, expected] = [ours.encode(line).ids, theirs[i]?.getIds() ?? []];
    return own.join() === expected.join() ? [] : [{ line, own, expected }];
  });
  expect(unlike).toEqual([]);
});

test('byte-level-bpe: tokens stand where theirs do, without the white space that begins or ends them', async () => {
  const { ours, rust } = open('byte-level-bpe');
  const theirs = await rust.encodeBatch(lines);
  const places = lines.flatMap((line, i) => {
    const units = unitsOf(line);
    const given = theirs[i]?.getOffsets() ?? [];
    return ours.encode(line).offsets.flatMap((own, token) => {
      const place = given[token];
      if (own === null || !place) return [];
      const [start = 0, end = 0] = place.map((character) => units[character] ?? Number.NaN);
      const text = line.slice(start, end);
      const bare = text.trim();
      const isWhole = bare === '' || bare === '<mask>'; // which takes the white space before it along
      const first = isWhole ? start : start + text.indexOf(bare);
      return [{ line, own, expected: [first, isWhole ? end : first + bare.length] }];
    });
  });
  expect(places.filter(({ own, expected }) => own.join() !== expected.join())).toEqual([]);
  expect(places.length).toBeGreaterThan(20_000);
});

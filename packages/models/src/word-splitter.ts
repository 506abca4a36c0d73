/**
 * What splits normalised text into words, before each is cut into pieces. The pre-tokenizers of `@huggingface/tokenizers` differ from those of the Rust
 * library, on which models are trained: words of ASCII only, runs of punctuation left together, decimal digits only, white space as JavaScript has it. Those
 * that give slices of the text are therefore done here, by the definitions of the Rust library; others (`ByteLevel`, `Metaspace`) stay the library's.
 */
import { wordCharacters } from './added-token-splitter.js';
import type { LibraryPreTokenizer } from './tokenizer-library.js';

/** A word and where it begins in the text it was split off; -1 when it is no slice of it. */
export interface Word {
  readonly text: string;
  readonly start: number;
}

/** Splits a text into words. */
export type WordSplitter = (text: string) => readonly Word[];

type Config = Readonly<Record<string, unknown>>;

/** What becomes of a delimiter: the names are those of `tokenizer.json`. */
type Behavior = 'Removed' | 'Isolated' | 'Contiguous' | 'MergedWithPrevious' | 'MergedWithNext';

interface Part {
  readonly start: number;
  readonly end: number;
  readonly isDelimiter: boolean;
}

const partsOf = (text: string, delimiter: RegExp, invert: boolean): readonly Part[] => {
  const parts: Part[] = [];
  let done = 0;
  for (const { 0: found, index } of text.matchAll(delimiter)) {
    if (index > done) parts.push({ start: done, end: index, isDelimiter: invert });
    if (found !== '') parts.push({ start: index, end: index + found.length, isDelimiter: !invert });
    done = index + found.length;
  }
  if (done < text.length) parts.push({ start: done, end: text.length, isDelimiter: invert });
  return parts;
};

/** Whether a part goes with the one before it. */
const joinsPrevious: Readonly<Record<Behavior, (part: Part, previous: Part) => boolean>> = {
  Removed: () => false,
  Isolated: () => false,
  Contiguous: (part, previous) => part.isDelimiter === previous.isDelimiter,
  MergedWithPrevious: (part, previous) => part.isDelimiter && !previous.isDelimiter,
  MergedWithNext: (part, previous) => previous.isDelimiter && !part.isDelimiter,
};

const isBehavior = (value: unknown): value is Behavior => typeof value === 'string' && Object.hasOwn(joinsPrevious, value);

/** Splits at what a pattern matches. */
const splitAt = (delimiter: RegExp, behavior: Behavior, invert = false): WordSplitter => (text) => {
  const words: { start: number; end: number }[] = [];
  let previous: Part | undefined;
  for (const part of partsOf(text, delimiter, invert)) {
    const last = words.at(-1);
    if (behavior === 'Removed' && part.isDelimiter) continue;
    if (last && previous && joinsPrevious[behavior](part, previous)) last.end = part.end;
    else words.push({ start: part.start, end: part.end });
    previous = part;
  }
  return words.map(({ start, end }) => ({ text: text.slice(start, end), start }));
};

/** What a pattern matches, the rest left out. */
const matches = (pattern: RegExp): WordSplitter => splitAt(pattern, 'Removed', true);

const space = '\\p{White_Space}';
const punctuation = '\\p{P}!-\\/:-@\\[-`\\{-~';

const patternOf = (config: Config, library: LibraryPreTokenizer): RegExp | undefined => {
  const pattern = config['pattern'] as Config | undefined;
  return typeof pattern?.['String'] === 'string' ? new RegExp(pattern['String'].replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'), 'gu') : (library.pattern ?? undefined);
};

/** The library's words, looked for in the text one after the other. */
const byLibrary = (library: LibraryPreTokenizer): WordSplitter => (text) => {
  let cursor = 0;
  return library.pre_tokenize(text).map((word) => {
    const start = text.indexOf(word, cursor);
    if (start >= 0) cursor = start + word.length;
    return { text: word, start };
  });
};

const inTurn = (splitters: readonly WordSplitter[]): WordSplitter => (text) =>
  splitters.reduce<readonly Word[]>(
    (words, splitter) => words.flatMap(({ text: word, start }) => splitter(word).map((inner) => ({ text: inner.text, start: start < 0 || inner.start < 0 ? -1 : start + inner.start }))),
    [{ text, start: 0 }],
  );

const makers: Readonly<Record<string, (config: Config, library: LibraryPreTokenizer) => WordSplitter | undefined>> = {
  BertPreTokenizer: () => matches(new RegExp(`[^${space}${punctuation}]+|[${punctuation}]`, 'gu')),
  Whitespace: () => matches(new RegExp(`[${wordCharacters}]+|[^${wordCharacters}${space}]+`, 'gu')),
  WhitespaceSplit: () => matches(new RegExp(`[^${space}]+`, 'gu')),
  Punctuation: ({ behavior }) => splitAt(new RegExp(`[${punctuation}]`, 'gu'), isBehavior(behavior) ? behavior : 'Isolated'),
  Digits: ({ individual_digits: individual }) => splitAt(/\p{N}/gu, individual === true ? 'Isolated' : 'Contiguous'),
  FixedLength: ({ length }) => matches(new RegExp(`.{1,${Number(length)}}`, 'gsu')),
  Split: (config, library) => {
    const [pattern, behavior] = [patternOf(config, library), config['behavior']];
    return pattern && isBehavior(behavior) ? splitAt(pattern, behavior, config['invert'] === true) : undefined;
  },
  Sequence: ({ pretokenizers }, { tokenizers }) =>
    Array.isArray(pretokenizers) && tokenizers ? inTurn(pretokenizers.flatMap((config: Config, i) => (tokenizers[i] ? [splitterOf(config, tokenizers[i])] : []))) : undefined,
};

const splitterOf = (config: Config, library: LibraryPreTokenizer): WordSplitter => makers[String(config['type'])]?.(config, library) ?? byLibrary(library);

/**
 * The words of a text, by `pre_tokenizer` of a `tokenizer.json`.
 *
 * @param library the library's pre-tokenizer of the same definition; null when there is none, and a text is one word
 */
export const wordSplitter = (config: unknown, library: LibraryPreTokenizer | null): WordSplitter =>
  library === null ? (text) => [{ text, start: 0 }] : splitterOf(config as Config, library);

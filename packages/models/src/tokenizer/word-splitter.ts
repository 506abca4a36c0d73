/**
 * What splits normalised text into words, before each is cut into pieces. The pre-tokenizers of `@huggingface/tokenizers` differ from those of the Rust
 * library, on which models are trained: words of ASCII only, runs of punctuation left together, decimal digits only, white space as JavaScript has it. Those
 * of encoder families are therefore done here, by the definitions of the Rust library; others stay the library's.
 */
import { wordCharacters } from './added-token-splitter.js';
import type { LibraryPreTokenizer } from './tokenizer-library.js';

/** A word and where it begins in the text it was split off; -1 when it is no slice of it. */
export interface Word {
  readonly text: string;
  readonly start: number;
  /** Where each unit of it stands in the text, where that is not one after the other: unit i is `[starts[i], ends[i])`. */
  readonly origin?: { readonly starts: readonly number[]; readonly ends: readonly number[] } | undefined;
}

/** Splits a text into words. `isFirst`: no part of the original text is before it; default true. */
export type WordSplitter = (text: string, isFirst?: boolean) => readonly Word[];

/** Where units of a word stand in the text that it was split off; undefined when it is no slice of it. */
export const spanInText = (
  { start, origin }: Word,
  from: number,
  to: number,
): readonly [start: number, end: number] | undefined => {
  if (start < 0) return undefined;
  return origin ? [origin.starts[from] as number, origin.ends[to - 1] as number] : [start + from, start + to];
};

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

const isBehavior = (value: unknown): value is Behavior =>
  typeof value === 'string' && Object.hasOwn(joinsPrevious, value);

/** Splits at what a pattern matches. */
const splitAt =
  (delimiter: RegExp, behavior: Behavior, invert = false): WordSplitter =>
  (text) => {
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

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

const patternOf = (config: Config, library: LibraryPreTokenizer): RegExp | undefined => {
  const pattern = config['pattern'] as Config | undefined;
  return typeof pattern?.['String'] === 'string'
    ? new RegExp(escaped(pattern['String']), 'gu')
    : (library.pattern ?? undefined);
};

/** The library's words, looked for in the text one after the other. */
const byLibrary =
  (library: LibraryPreTokenizer): WordSplitter =>
  (text) => {
    let cursor = 0;
    return library.pre_tokenize(text).map((word) => {
      const start = text.indexOf(word, cursor);
      if (start >= 0) cursor = start + word.length;
      return { text: word, start };
    });
  };

const inTurn =
  (splitters: readonly WordSplitter[]): WordSplitter =>
  (text, isFirst = true) =>
    splitters.reduce<readonly Word[]>(
      (words, splitter) =>
        words.flatMap((word) => splitter(word.text, isFirst && word.start === 0).map((inner) => within(word, inner))),
      [{ text, start: 0 }],
    );

/** A word of a word, by where it stands in the text that the outer one was split off. */
const within = (outer: Word, inner: Word): Word => {
  if (outer.start < 0 || inner.start < 0) return { text: inner.text, start: -1 };
  if (!outer.origin && !inner.origin) return { text: inner.text, start: outer.start + inner.start };
  const spans = Array.from({ length: inner.text.length }, (_, unit) => {
    const [from, to] = spanInText(inner, unit, unit + 1) as readonly [number, number];
    return spanInText(outer, from, to) as readonly [number, number];
  });
  const origin = { starts: spans.map(([from]) => from), ends: spans.map(([, to]) => to) };
  return { text: inner.text, start: origin.starts[0] ?? outer.start, origin };
};

/** GPT-2's words, each with the space before it, by the white space of the Rust library. */
const byteLevelWords = new RegExp(
  `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${space}\\p{L}\\p{N}]+|[${space}]+(?![^${space}])|[${space}]+`,
  'gu',
);

/** A printable character for each byte: itself where it is one, else from U+0100 on. */
const byteCharacters: readonly string[] = (() => {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
    return String.fromCharCode(isPrintable ? byte : next++);
  });
})();

const encoder = new TextEncoder();

/** The bytes of a word as characters; each stands where the whole character does that it is of. */
const asBytes = ({ text, start }: Word, lead: number, firstEnd: number): Word => {
  if (lead === 0 && /^[!-~]*$/.test(text)) return { text, start };
  const [starts, ends]: [number[], number[]] = [[], []];
  let [bytes, unit] = ['', start];
  for (const character of text) {
    const end = unit + character.length;
    for (const byte of encoder.encode(character)) {
      bytes += byteCharacters[byte];
      starts.push(Math.max(0, unit - lead));
      ends.push(Math.max(firstEnd, end - lead));
    }
    unit = end;
  }
  return { text: bytes, start: starts[0] ?? start, origin: { starts, ends } };
};

/** Words of bytes. With a space put before a text that begins with none; that space stands where the first character does. */
const byteLevel = ({ add_prefix_space: prefix, use_regex: useRegex }: Config): WordSplitter => {
  const split = useRegex === false ? (text: string) => [{ text, start: 0 }] : splitAt(byteLevelWords, 'Isolated');
  return (text, isFirst) => {
    const lead = prefix === true && !text.startsWith(' ') ? 1 : 0;
    const firstEnd = (text.codePointAt(0) ?? 0) > 0xffff ? 2 : 1;
    return split(lead === 0 ? text : ` ${text}`, isFirst).map((word) => asBytes(word, lead, firstEnd));
  };
};

/** Words with a sign for the space before each, and before the first of a text, where it stands where the first character does. */
const metaspace = (config: Config): WordSplitter => {
  const { replacement, prepend_scheme: scheme, add_prefix_space: prefix, split } = config;
  const sign = typeof replacement === 'string' ? replacement : '\u2581';
  const prepends = typeof scheme === 'string' ? scheme : prefix === false ? 'never' : 'always';
  const cut = splitAt(new RegExp(escaped(sign), 'gu'), 'MergedWithNext');
  return (text, isFirst = true) => {
    if (text === '') return [];
    const marked = text.replaceAll(' ', sign);
    const lead = !marked.startsWith(sign) && (prepends === 'always' || (prepends === 'first' && isFirst));
    const whole = lead ? sign + marked : marked;
    const words = split === false ? [{ text: whole, start: 0 }] : cut(whole, isFirst);
    return words.map(({ text: word, start }) => {
      if (!lead || sign.length !== 1) return { text: word, start: sign.length === 1 ? start : -1 };
      if (start > 0) return { text: word, start: start - 1 };
      const units = Array.from({ length: word.length }, (_, unit) => Math.max(0, unit - 1));
      const first = text.codePointAt(0) ?? 0;
      return {
        text: word,
        start: 0,
        origin: { starts: units, ends: units.map((unit, i) => (i === 0 && first > 0xffff ? 2 : unit + 1)) },
      };
    });
  };
};

const makers: Readonly<Record<string, (config: Config, library: LibraryPreTokenizer) => WordSplitter | undefined>> = {
  BertPreTokenizer: () => matches(new RegExp(`[^${space}${punctuation}]+|[${punctuation}]`, 'gu')),
  Whitespace: () => matches(new RegExp(`[${wordCharacters}]+|[^${wordCharacters}${space}]+`, 'gu')),
  WhitespaceSplit: () => matches(new RegExp(`[^${space}]+`, 'gu')),
  Punctuation: ({ behavior }) =>
    splitAt(new RegExp(`[${punctuation}]`, 'gu'), isBehavior(behavior) ? behavior : 'Isolated'),
  Digits: ({ individual_digits: individual }) => splitAt(/\p{N}/gu, individual === true ? 'Isolated' : 'Contiguous'),
  ByteLevel: byteLevel,
  Metaspace: metaspace,
  FixedLength: ({ length }) => matches(new RegExp(`.{1,${Number(length)}}`, 'gsu')),
  Split: (config, library) => {
    const [pattern, behavior] = [patternOf(config, library), config['behavior']];
    return pattern && isBehavior(behavior) ? splitAt(pattern, behavior, config['invert'] === true) : undefined;
  },
  Sequence: ({ pretokenizers }, { tokenizers }) =>
    Array.isArray(pretokenizers) && tokenizers
      ? inTurn(pretokenizers.flatMap((config: Config, i) => (tokenizers[i] ? [splitterOf(config, tokenizers[i])] : [])))
      : undefined,
};

const splitterOf = (config: Config, library: LibraryPreTokenizer): WordSplitter =>
  makers[String(config['type'])]?.(config, library) ?? byLibrary(library);

/** Whether words begin with the space before them, by `pre_tokenizer` of a `tokenizer.json`. */
export const holdsSpaces = (config: unknown): boolean => {
  const { type, pretokenizers } = (config ?? {}) as Config;
  return (
    type === 'ByteLevel' || type === 'Metaspace' || (Array.isArray(pretokenizers) && pretokenizers.some(holdsSpaces))
  );
};

/**
 * The words of a text, by `pre_tokenizer` of a `tokenizer.json`.
 *
 * @param library the library's pre-tokenizer of the same definition; null when there is none, and a text is one word
 */
export const wordSplitter = (config: unknown, library: LibraryPreTokenizer | null): WordSplitter =>
  library === null ? (text) => [{ text, start: 0 }] : splitterOf(config as Config, library);

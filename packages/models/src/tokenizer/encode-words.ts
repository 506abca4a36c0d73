import { ModelError } from '../errors.js';
import type { EncodeOptions, Encoding, Tokenizer } from './tokenizer.js';

/** Words of a sentence as tokens; the first token of a word stands for it. Offsets point into the words joined by single spaces. */
export interface WordEncoding extends Encoding {
  /** The word each token is the first of; -1 for special tokens and further pieces. Ascending; a word without tokens is not in it. */
  readonly firstOf: readonly number[];
}

/** A plain text, split into words. */
export interface TextWords {
  readonly words: readonly string[];
  /** Where each word stands in the text, in UTF-16 units, end excluded. */
  readonly spans: readonly (readonly [number, number])[];
  /** Offsets point into the text. */
  readonly encoding: WordEncoding;
}

type Span = readonly [number, number];

/** Marks the first token of each word: the word a token belongs to is the first one that it overlaps. */
const markFirst = (encoding: Encoding, words: readonly Span[]): WordEncoding => {
  let word = 0;
  let last = -1;
  const firstOf = encoding.offsets.map((offset) => {
    if (offset === null) return -1;
    while (word < words.length && (words[word] as Span)[1] <= offset[0]) word += 1;
    const span = words[word];
    if (span === undefined || span[0] >= offset[1] || word === last) return -1;
    return (last = word);
  });
  return { ...encoding, firstOf };
};

/** The tokens of a text alone, special ones left out; none where it has none. */
const contentOf = (tokenizer: Tokenizer, text: string): Encoding | undefined => {
  try {
    return tokenizer.encode(text);
  } catch (error) {
    if (error instanceof ModelError && error.code === 'TEXT_EMPTY') return undefined;
    throw error;
  }
};

/** Word by word, for tokenizers that do not say where a token stands: its offset is then that of its word. */
const encodeApart = (
  tokenizer: Tokenizer,
  whole: Encoding,
  text: string,
  words: readonly Span[],
  room: number,
): WordEncoding => {
  const first = whole.sequenceIds.indexOf(0);
  const end = whole.sequenceIds.lastIndexOf(0) + 1;
  const pieces = words.flatMap(([start, stop], word) => {
    const part = contentOf(tokenizer, text.slice(start, stop));
    const inside = [...(part?.ids.keys() ?? [])].filter((i) => part?.sequenceIds[i] === 0);
    return inside.map((i, nth) => {
      const offset = part?.offsets[i];
      return {
        id: part?.ids[i] as number,
        token: part?.tokens[i] as string,
        offset:
          offset === null || offset === undefined
            ? ([start, stop] as const)
            : ([start + offset[0], start + offset[1]] as const),
        firstOf: nth === 0 ? word : -1,
      };
    });
  });
  const kept = pieces.slice(0, room - (whole.ids.length - (end - first)));
  const around = <T>(list: readonly T[], middle: readonly T[]): T[] => [
    ...list.slice(0, first),
    ...middle,
    ...list.slice(end),
  ];
  return {
    ids: around(
      whole.ids,
      kept.map(({ id }) => id),
    ),
    typeIds: around(
      whole.typeIds,
      kept.map(() => whole.typeIds[first] as number),
    ),
    tokens: around(
      whole.tokens,
      kept.map(({ token }) => token),
    ),
    offsets: around(
      whole.offsets,
      kept.map(({ offset }) => offset),
    ),
    sequenceIds: around(
      whole.sequenceIds,
      kept.map(() => 0 as const),
    ),
    truncated: kept.length < pieces.length,
    firstOf: around(
      whole.ids.map(() => -1),
      kept.map(({ firstOf }) => firstOf),
    ),
  };
};

const encodeSpans = (
  tokenizer: Tokenizer,
  text: string,
  words: readonly Span[],
  options: EncodeOptions,
): WordEncoding => {
  const whole = tokenizer.encode(text, undefined, options);
  const known = whole.offsets.every((offset, i) => offset !== null || whole.sequenceIds[i] === null);
  return known
    ? markFirst(whole, words)
    : encodeApart(tokenizer, whole, text, words, Math.floor(options.maxLength ?? Infinity));
};

/**
 * Words of a sentence as tokens, and which token stands for which word. The words are joined by single spaces; a word may
 * itself hold spaces or special tokens. A word that gives no token (control characters), or comes after `maxLength`
 * tokens, has no first token.
 *
 * @throws ModelError `TEXT_EMPTY` when no word gives a token, `OPTION_INVALID` when `maxLength` has no room for any
 * @example
 * encodeWords(tokenizer, ['unaffable', 'Ada']).firstOf; // [-1, 0, -1, -1, 1, -1]: [CLS] una ##ffa ##ble ada [SEP]
 */
export const encodeWords = (
  tokenizer: Tokenizer,
  words: readonly string[],
  options: EncodeOptions = {},
): WordEncoding => {
  let at = 0;
  const spans = words.map((word): Span => {
    const start = at;
    at += word.length + 1;
    return [start, start + word.length];
  });
  return encodeSpans(tokenizer, words.join(' '), spans, options);
};

/** Words as BERT's pre-tokenizer splits them: at white space, with each punctuation mark and each Chinese character apart. */
const wordPattern = /[\p{P}$+<=>^`|~\p{Unified_Ideograph}]\p{M}*|[^\s\p{P}$+<=>^`|~\p{Unified_Ideograph}]+/gu;

/**
 * Splits a plain text into words (white space, each punctuation mark and each Chinese character apart) and encodes it.
 *
 * @throws ModelError `TEXT_EMPTY`, `OPTION_INVALID`
 * @example
 * encodeTextWords(tokenizer, 'Ada, hi!').words; // ['Ada', ',', 'hi', '!']
 */
export const encodeTextWords = (tokenizer: Tokenizer, text: string, options: EncodeOptions = {}): TextWords => {
  const spans = [...text.matchAll(wordPattern)].map((match): Span => [match.index, match.index + match[0].length]);
  return {
    words: spans.map(([start, end]) => text.slice(start, end)),
    spans,
    encoding: encodeSpans(tokenizer, text, spans, options),
  };
};

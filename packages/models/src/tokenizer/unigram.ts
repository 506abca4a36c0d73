import { ModelError } from '../errors.js';
import { isRecord } from '../sources/json-record.js';
import type { JsonRecord } from '../sources/json-record.js';
import type { WordPieces } from './pieces-of-word.js';

/** What an unknown character costs beyond the worst token. */
const unknownPenalty = 10;

/** The pieces of a Unigram model with their logarithms of probability, by id. */
export type UnigramVocabulary = readonly (readonly [token: string, score: number])[];

/**
 * The `vocab` of a Unigram model.
 *
 * @throws ModelError `TOKENIZER_INVALID` when it is no list of tokens with their scores
 */
export const unigramVocabulary = (vocab: unknown): UnigramVocabulary => {
  const isScored = (item: unknown): boolean =>
    Array.isArray(item) && typeof item[0] === 'string' && typeof item[1] === 'number';
  if (Array.isArray(vocab) && vocab.length > 0 && vocab.every(isScored)) return vocab as UnigramVocabulary;
  throw new ModelError(
    'TOKENIZER_INVALID',
    'tokenizer.json: the vocab of a Unigram model is a list of [token, score]; this one is not.',
  );
};

/** Whether a `model` of a `tokenizer.json` is a Unigram model; older files do not name it. */
export const isUnigram = ({ type, vocab }: JsonRecord): boolean =>
  type === 'Unigram' || (type === undefined && Array.isArray(vocab));

/** Longest token, in UTF-16 units, by the first character. */
const longestByFirst = (tokens: Iterable<string>): ReadonlyMap<string, number> => {
  const longest = new Map<string, number>();
  for (const token of tokens) {
    const first = String.fromCodePoint(token.codePointAt(0) ?? 0);
    if (token.length > (longest.get(first) ?? 0)) longest.set(first, token.length);
  }
  return longest;
};

interface Step {
  readonly id: number;
  readonly score: number;
  readonly start: number;
}

const byteToken = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;

/**
 * Unigram (Kudo 2018): of all ways to cut a word into tokens that with the largest sum of scores, of equal ones that which the Rust library
 * takes. Characters that no token holds are unknown; a run of them is one token.
 *
 * @param model `model` of a `tokenizer.json`
 * @throws ModelError `TOKENIZER_INVALID`
 */
export const unigram = (model: unknown): ((word: string) => WordPieces) => {
  const { vocab, unk_id: unknownId, byte_fallback: bytes } = isRecord(model) ? model : {};
  const list = unigramVocabulary(vocab);
  const ids = new Map(list.map(([token], id) => [token, id]));
  const longest = longestByFirst(ids.keys());
  const unknownScore = list.reduce((least, [, score]) => Math.min(least, score), Infinity) - unknownPenalty;
  const encoder = new TextEncoder();

  const unknown = (word: string, start: number, end: number): WordPieces => {
    if (bytes === true) {
      const tokens = Array.from(encoder.encode(word.slice(start, end)), byteToken);
      if (tokens.every((token) => ids.has(token)))
        return tokens.map((token) => ({ token, id: ids.get(token) as number, start, end }));
    }
    const token = typeof unknownId === 'number' ? list[unknownId]?.[0] : undefined;
    if (token === undefined)
      throw new ModelError(
        'TOKENIZER_INVALID',
        `The vocabulary holds neither "${word.slice(start, end)}" nor an unknown token (unk_id).`,
      );
    return [{ token, id: unknownId as number, start, end }];
  };

  /** The best step that ends at each unit of a word. */
  const bestSteps = (word: string): (Step | undefined)[] => {
    const best = new Array<Step | undefined>(word.length + 1);
    const offer = (end: number, step: Step): void => {
      const known = best[end];
      if (known === undefined || step.score > known.score) best[end] = step;
    };
    for (let start = 0; start < word.length;) {
      const first = String.fromCodePoint(word.codePointAt(start) as number);
      const before = best[start]?.score ?? 0;
      const last = Math.min(word.length, start + (longest.get(first) ?? 0));
      let isKnown = false;
      for (let end = start + first.length; end <= last; end += 1) {
        const id = ids.get(word.slice(start, end));
        if (id === undefined) continue;
        offer(end, { id, score: before + (list[id]?.[1] as number), start });
        if (end === start + first.length) isKnown = true;
      }
      if (!isKnown) offer(start + first.length, { id: -1, score: before + unknownScore, start });
      start += first.length;
    }
    return best;
  };

  return (word) => {
    const best = bestSteps(word);
    const pieces: { id: number; start: number; end: number }[] = [];
    for (let end = word.length; end > 0;) {
      const { id, start } = best[end] as Step;
      const after = pieces.at(-1);
      if (id < 0 && after !== undefined && after.id < 0) after.start = start;
      else pieces.push({ id, start, end });
      end = start;
    }
    return pieces
      .reverse()
      .flatMap(({ id, start, end }) =>
        id < 0 ? unknown(word, start, end) : [{ token: list[id]?.[0] as string, id, start, end }],
      );
  };
};

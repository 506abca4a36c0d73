import { ModelError } from '../errors.js';
import type { TokenizerDefinition } from './tokenizer-json.js';
import type { TokenizerLibrary } from './tokenizer-library.js';
import { isUnigram, unigram } from './unigram.js';
import type { WordPieces } from './pieces-of-word.js';

const rememberedWords = 50_000;

/** Longest word, in UTF-16 units, that is remembered: those of languages without spaces are whole sentences, and seldom come again. */
const longestRemembered = 32;

/** A word in memory of its own. A part of a text keeps all of that text for as long as somebody remembers the part. */
const ownCopy = (word: string): string => word.split('').join('');

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/**
 * WordPiece: the longest token of the vocabulary that the rest of the word begins with, again and again; a word that this does not spell, or of more characters
 * than a word may have, is unknown as a whole. Added tokens are none of its pieces (they are in the library, which puts them in one table with the vocabulary).
 */
const wordPiece = (
  library: TokenizerLibrary,
  model: TokenizerDefinition['json']['model'],
  vocabulary: ReadonlyMap<string, number>,
): ((word: string) => WordPieces) => {
  const { continuing_subword_prefix: given, max_input_chars_per_word: limit, unk_token: named } = model;
  const prefix = typeof given === 'string' ? given : '##';
  const most = typeof limit === 'number' ? limit : 100;
  const longest = [...vocabulary.keys()].reduce((length, token) => Math.max(length, token.length), 1);
  const unknown = typeof named === 'string' ? named : '[UNK]';
  const unknownWord = (word: string): WordPieces => {
    const id = vocabulary.get(unknown) ?? library.token_to_id(unknown);
    if (id === undefined)
      throw new ModelError(
        'TOKENIZER_INVALID',
        `The vocabulary holds neither "${word}" nor the unknown token ${unknown}.`,
      );
    return [{ token: unknown, id, start: 0, end: word.length }];
  };
  return (word) => {
    if (word.length > most && [...word].length > most) return unknownWord(word);
    const pieces: { token: string; id: number; start: number; end: number }[] = [];
    for (let start = 0; start < word.length; start = pieces.at(-1)?.end ?? word.length) {
      const before = pieces.length;
      for (let end = Math.min(word.length, start + longest); end > start; end -= 1) {
        if (isLowSurrogate(word.charCodeAt(end))) continue; // inside a character
        const token = start === 0 ? word.slice(0, end) : `${prefix}${word.slice(start, end)}`;
        const id = vocabulary.get(token);
        if (id === undefined) continue;
        pieces.push({ token, id, start, end });
        break;
      }
      if (pieces.length === before) return unknownWord(word);
    }
    return pieces;
  };
};

/**
 * Any model of the library: where its pieces spell the word they have a place in it, else each stands for the whole word.
 *
 * @param suffix what the last piece of a word ends with, which is no part of the word
 */
const byLibrary = (library: TokenizerLibrary, suffix: string): ((word: string) => WordPieces) => {
  const { model } = library;
  const withoutSuffix = (token: string): string =>
    suffix !== '' && token.endsWith(suffix) ? token.slice(0, -suffix.length) : token;
  return (word) => {
    const tokens = model.encode([word]);
    const parts = tokens.map((token, i) => (i === tokens.length - 1 ? withoutSuffix(token) : token));
    const spelled = parts.join('') === word;
    let at = 0;
    return tokens.map((token, i) => {
      const start = spelled ? at : 0;
      at += parts[i]?.length ?? 0;
      const id = library.token_to_id(token) ?? model.unk_token_id;
      if (id === undefined)
        throw new ModelError('TOKENIZER_INVALID', `The vocabulary holds neither "${token}" nor an unknown token.`);
      return { token, id, start, end: spelled ? at : word.length };
    });
  };
};

/** Older files do not name their model. */
const isWordPiece = ({
  type,
  merges,
  continuing_subword_prefix: prefix,
}: TokenizerDefinition['json']['model']): boolean =>
  type === 'WordPiece' || (type === undefined && merges === undefined && typeof prefix === 'string');

/** What cuts words into pieces of the vocabulary. Short words are remembered. */
export const wordPieceMaker = (
  library: TokenizerLibrary,
  { json: { model }, vocabulary }: TokenizerDefinition,
): ((word: string) => WordPieces) => {
  const cut = isWordPiece(model)
    ? wordPiece(library, model, vocabulary)
    : isUnigram(model)
      ? unigram(model)
      : byLibrary(library, typeof model['end_of_word_suffix'] === 'string' ? model['end_of_word_suffix'] : '');
  const known = new Map<string, WordPieces>();
  return (word) => {
    const found = known.get(word);
    if (found) return found;
    const own = ownCopy(word);
    const pieces = cut(own);
    if (own.length > longestRemembered) return pieces;
    if (known.size >= rememberedWords) known.clear();
    known.set(own, pieces);
    return pieces;
  };
};

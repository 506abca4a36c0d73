import { addedTokenSplitter } from './added-token-splitter.js';
import type { AddedToken } from './added-tokens.js';
import { originalSpan } from './aligned-text.js';
import { textNormalizer } from './text-normalizer.js';
import type { TokenizerDefinition } from './tokenizer-json.js';
import type { TokenizerLibrary } from './tokenizer-library.js';
import { wordPieceMaker } from './word-pieces.js';
import { wordSplitter } from './word-splitter.js';

/** A token of a text and where it stands in it; null when that cannot be known. */
export interface Piece {
  readonly token: string;
  readonly id: number;
  readonly offset: readonly [number, number] | null;
}

/** Tokens by the text that is looked for, the first of those that look for the same. */
const byPattern = (tokens: readonly AddedToken[], patternOf: (token: AddedToken) => string): ReadonlyMap<string, AddedToken> =>
  new Map(tokens.map((token) => [patternOf(token), token] as const).reverse());

/**
 * What cuts texts into tokens: added tokens are taken out first, the rest is normalised, split into words, and each word
 * cut into pieces, every step followed back to the original text.
 */
export const pieceMaker = (library: TokenizerLibrary, definition: TokenizerDefinition): ((text: string) => Piece[]) => {
  const { json } = definition;
  const normalize = textNormalizer(json['normalizer'], library.normalizer);
  const wordsOf = wordSplitter(json['pre_tokenizer'], library.pre_tokenizer);
  const piecesOfWord = wordPieceMaker(library, definition);
  const splitRaw = addedTokenSplitter(byPattern(json.added_tokens.filter(({ normalized }) => !normalized), ({ content }) => content));
  const splitNormalized = addedTokenSplitter(byPattern(json.added_tokens.filter(({ normalized }) => normalized), ({ content }) => normalize(content).text));

  const piecesOfSection = (section: string, base: number): Piece[] => {
    const out: Piece[] = [];
    const aligned = normalize(section);
    const push = (token: string, id: number, start: number, end: number): void => {
      const span = start < 0 ? null : originalSpan(aligned, start, end);
      out.push({ token, id, offset: span === null ? null : [base + span[0], base + span[1]] });
    };
    for (const { start, end, token } of splitNormalized(aligned.text)) {
      if (token) push(token.content, token.id, start, end);
      else {
        for (const word of wordsOf(aligned.text.slice(start, end))) {
          const at = word.start < 0 ? -Infinity : start + word.start;
          for (const { token: piece, id, start: from, end: to } of piecesOfWord(word.text)) push(piece, id, at + from, at + to);
        }
      }
    }
    return out;
  };

  return (text) =>
    splitRaw(text).flatMap(({ start, end, token }) => {
      if (token) return [{ token: token.content, id: token.id, offset: [start, end] as const }];
      return piecesOfSection(text.slice(start, end), start);
    });
};

import { addedTokenSplitter } from './added-token-splitter.js';
import type { AddedToken } from './added-tokens.js';
import { originalSpan } from './aligned-text.js';
import { textNormalizer } from './text-normalizer.js';
import type { TokenizerDefinition } from './tokenizer-json.js';
import type { TokenizerLibrary } from './tokenizer-library.js';
import { wordPieceMaker } from './word-pieces.js';
import { holdsSpaces, spanInText, wordSplitter } from './word-splitter.js';

/** A token of a text and where it stands in it; null when that cannot be known. */
export interface Piece {
  readonly token: string;
  readonly id: number;
  readonly offset: readonly [number, number] | null;
}

/** A span without the white space at its ends; as it is where there is nothing else in it. */
const withoutSpaces = (text: string, [start, end]: readonly [number, number]): readonly [number, number] => {
  const inside = text.slice(start, end);
  const left = inside.length - inside.replace(/^\p{White_Space}+/u, '').length;
  if (left === inside.length) return [start, end];
  return [start + left, end - (inside.length - inside.replace(/\p{White_Space}+$/u, '').length)];
};

/** Tokens by the text that is looked for, the first of those that look for the same. */
const byPattern = (
  tokens: readonly AddedToken[],
  patternOf: (token: AddedToken) => string,
): ReadonlyMap<string, AddedToken> => new Map(tokens.map((token) => [patternOf(token), token] as const).reverse());

/**
 * What cuts texts into tokens: added tokens are taken out first, the rest is normalised, split into words, and each word
 * cut into pieces, every step followed back to the original text.
 */
export const pieceMaker = (library: TokenizerLibrary, definition: TokenizerDefinition): ((text: string) => Piece[]) => {
  const { json } = definition;
  const normalize = textNormalizer(json['normalizer'], library.normalizer);
  const wordsOf = wordSplitter(json['pre_tokenizer'], library.pre_tokenizer);
  const piecesOfWord = wordPieceMaker(library, definition);
  const trims = holdsSpaces(json['pre_tokenizer']);
  const splitRaw = addedTokenSplitter(
    byPattern(
      json.added_tokens.filter(({ normalized }) => !normalized),
      ({ content }) => content,
    ),
  );
  const splitNormalized = addedTokenSplitter(
    byPattern(
      json.added_tokens.filter(({ normalized }) => normalized),
      ({ content }) => normalize(content).text,
    ),
  );

  const piecesOfSection = (section: string, base: number): Piece[] => {
    const out: Piece[] = [];
    const aligned = normalize(section);
    const push = (token: string, id: number, within: readonly [number, number] | undefined, isWord = false): void => {
      const span = within === undefined ? null : originalSpan(aligned, ...within);
      const [start, end] = span === null ? [] : trims && isWord ? withoutSpaces(section, span) : span;
      out.push({ token, id, offset: start === undefined || end === undefined ? null : [base + start, base + end] });
    };
    for (const { start, end, token } of splitNormalized(aligned.text)) {
      if (token) push(token.content, token.id, [start, end]);
      else {
        for (const word of wordsOf(aligned.text.slice(start, end), base + start === 0)) {
          for (const { token: piece, id, start: from, end: to } of piecesOfWord(word.text)) {
            const span = spanInText(word, from, to);
            push(piece, id, span && [start + span[0], start + span[1]], true);
          }
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

import { alignAny, originalSpan } from './aligned-text.js';
import type { AlignedText } from './aligned-text.js';
import { bertNormalizer } from './bert-normalizer.js';
import { ModelError } from './errors.js';
import type { TokenizerDefinition } from './tokenizer-json.js';
import type { TokenizerLibrary } from './tokenizer-library.js';

/** A token of a text and where it stands in it; null when that cannot be known. */
export interface Piece {
  readonly token: string;
  readonly id: number;
  readonly offset: readonly [number, number] | null;
}

/** A word cut into pieces of the vocabulary: where each begins and ends in the word. */
type WordPieces = readonly { readonly token: string; readonly id: number; readonly start: number; readonly end: number }[];

const rememberedWords = 50_000;

const makeNormalizer = ({ normalizer }: Readonly<Record<string, unknown>>, library: TokenizerLibrary): ((text: string) => AlignedText) => {
  const config = normalizer as Readonly<Record<string, unknown>> | null;
  const { normalizer: any } = library;
  if (config === null || any === null) return (text) => ({ text, origin: 'same' });
  if (config['type'] !== 'BertNormalizer') return (text) => alignAny(text, (part) => any.normalize(part));
  return bertNormalizer({
    cleanText: config['clean_text'] !== false,
    handleChineseChars: config['handle_chinese_chars'] !== false,
    lowercase: config['lowercase'] !== false,
    stripAccents: (config['strip_accents'] ?? null) as boolean | null,
  });
};

/** Cuts a text at the added tokens it holds: parts and tokens take turns, `[part, token, part, ...]`. */
const makeSplitter = (contents: readonly string[]): ((text: string) => readonly string[]) => {
  if (contents.length === 0) return (text) => [text];
  const escaped = [...contents].sort((a, b) => b.length - a.length).map((content) => content.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`(${escaped.join('|')})`);
  return (text) => text.split(pattern);
};

const makeWordPieces = (library: TokenizerLibrary, { json: { model } }: TokenizerDefinition): ((word: string) => WordPieces) => {
  const { model: words } = library;
  const prefix = typeof model['continuing_subword_prefix'] === 'string' ? model['continuing_subword_prefix'] : '';
  const known = new Map<string, WordPieces>();
  const cut = (word: string): WordPieces => {
    const tokens = words.encode([word]);
    const texts = tokens.map((token, i) => (i > 0 && prefix !== '' && token.startsWith(prefix) ? token.slice(prefix.length) : token));
    // An unknown word, or pieces that are not spelled as the text is, stand for the whole word.
    const spelled = texts.join('') === word;
    let at = 0;
    return tokens.map((token, i) => {
      const start = spelled ? at : 0;
      at += texts[i]?.length ?? 0;
      const id = library.token_to_id(token) ?? words.unk_token_id;
      if (id === undefined) throw new ModelError('TOKENIZER_INVALID', `The vocabulary holds neither "${token}" nor an unknown token.`);
      return { token, id, start, end: spelled ? at : word.length };
    });
  };
  return (word) => {
    let pieces = known.get(word);
    if (pieces === undefined) {
      if (known.size >= rememberedWords) known.clear();
      known.set(word, (pieces = cut(word)));
    }
    return pieces;
  };
};

/**
 * What cuts texts into tokens: added tokens are taken out first, the rest is normalised, split into words, and each word
 * cut into pieces, every step followed back to the original text.
 */
export const pieceMaker = (library: TokenizerLibrary, definition: TokenizerDefinition): ((text: string) => Piece[]) => {
  const normalize = makeNormalizer(definition.json, library);
  const piecesOfWord = makeWordPieces(library, definition);
  const added = [...library.get_added_tokens_decoder().values()];
  const rawTokens = new Map(added.filter(({ normalized }) => !normalized).map((token) => [token.content, token]));
  const normalizedTokens = new Map(added.filter(({ normalized }) => normalized).map((token) => [normalize(token.content).text, token]));
  const splitRaw = makeSplitter([...rawTokens.keys()]);
  const splitNormalized = makeSplitter([...normalizedTokens.keys()]);

  const piecesOfSection = (section: string, base: number): Piece[] => {
    const out: Piece[] = [];
    const aligned = normalize(section);
    const push = (token: string, id: number, start: number, end: number): void => {
      const span = start < 0 ? null : originalSpan(aligned, start, end);
      out.push({ token, id, offset: span === null ? null : [base + span[0], base + span[1]] });
    };
    let at = 0;
    for (const part of splitNormalized(aligned.text)) {
      const token = normalizedTokens.get(part);
      if (token !== undefined) push(token.content, token.id, at, at + part.length);
      else {
        let cursor = 0;
        for (const word of library.pre_tokenizer?.pre_tokenize(part) ?? [part]) {
          const found = part.indexOf(word, cursor);
          if (found >= 0) cursor = found + word.length;
          for (const { token: piece, id, start, end } of piecesOfWord(word)) {
            push(piece, id, found < 0 ? -1 : at + found + start, at + found + end);
          }
        }
      }
      at += part.length;
    }
    return out;
  };

  return (text) => {
    let base = 0;
    return splitRaw(text).flatMap((part) => {
      const start = base;
      base += part.length;
      const token = rawTokens.get(part);
      if (token !== undefined) return [{ token: part, id: token.id, offset: [start, base] as const }];
      return part === '' ? [] : piecesOfSection(part, start);
    });
  };
};

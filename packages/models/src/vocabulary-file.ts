/** The vocabulary of a WordPiece tokenizer, and its files once ids have moved. */
import { ModelError } from './errors.js';
import { decodeJson } from './files.js';
import type { TokenizerFiles } from './model-directory.js';
import { readTokenizerDefinition } from './tokenizer-json.js';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

const encodeJson = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value)}\n`);

/** A vocabulary by id, and what must stay in it whatever is left out. */
export interface Vocabulary {
  /** Every token with its id, ids ascending. */
  readonly tokens: readonly (readonly [token: string, id: number])[];
  /** Special tokens: those that were added, and the unknown token. */
  readonly special: ReadonlySet<string>;
  /** What continues a word: `##`. */
  readonly prefix: string;
}

/**
 * The vocabulary of a model's tokenizer.
 *
 * @throws ModelError `TOKENIZER_INVALID` when it is not WordPiece, what BERT and DistilBERT have
 */
export const readVocabulary = (files: TokenizerFiles): Vocabulary => {
  const { json, padToken } = readTokenizerDefinition(files);
  const { type = 'WordPiece', vocab, unk_token: unknown = '[UNK]', continuing_subword_prefix: prefix = '##' } = json.model;
  const isIdMap = isRecord(vocab) && Object.values(vocab).every(Number.isInteger);
  if (type !== 'WordPiece' || !isIdMap || typeof unknown !== 'string' || typeof prefix !== 'string') {
    throw new ModelError('TOKENIZER_INVALID', `The tokenizer is ${JSON.stringify(type)}; only the vocabulary of WordPiece can be trimmed.`);
  }
  const added = json['added_tokens'];
  const contents = (Array.isArray(added) ? added : []).map((token: unknown) => (isRecord(token) ? String(token['content']) : ''));
  return {
    tokens: Object.entries(vocab as Readonly<Record<string, number>>).sort(([, a], [, b]) => a - b),
    special: new Set([...contents, unknown, padToken]),
    prefix,
  };
};

/** Ids after a change of the vocabulary, by those before. */
export type MovedIds = ReadonlyMap<number, number>;

/** `{ ids: [101] }` and `["[SEP]", 102]` with ids moved: how post-processors name special tokens. */
const movedPostProcessor = (value: unknown, moved: MovedIds): unknown => {
  if (Array.isArray(value)) {
    const [token, id] = value as readonly unknown[];
    return value.length === 2 && typeof token === 'string' && typeof id === 'number' ? [token, moved.get(id)] : value.map((item) => movedPostProcessor(item, moved));
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === 'ids' && Array.isArray(inner) ? inner.map((id: number) => moved.get(id)) : movedPostProcessor(inner, moved)]),
  );
};

const movedAdded = (added: unknown, moved: MovedIds): unknown =>
  Array.isArray(added) ? added.map((token: unknown) => (isRecord(token) ? { ...token, id: moved.get(Number(token['id'])) } : token)) : added;

const movedTokenizerJson = (bytes: Uint8Array, moved: MovedIds, vocab: Readonly<Record<string, number>>): Uint8Array => {
  const json = decodeJson(bytes, 'tokenizer.json');
  const { padding, model } = json;
  return encodeJson({
    ...json,
    ...(isRecord(padding) && { padding: { ...padding, pad_id: moved.get(Number(padding['pad_id'])) ?? 0 } }),
    added_tokens: movedAdded(json['added_tokens'], moved),
    post_processor: movedPostProcessor(json['post_processor'], moved),
    model: { ...(model as Readonly<Record<string, unknown>>), vocab },
  });
};

const movedSettings = (bytes: Uint8Array, moved: MovedIds): Uint8Array => {
  const { added_tokens_decoder: decoder, ...settings } = decodeJson(bytes, 'tokenizer_config.json');
  const own = isRecord(decoder) && { added_tokens_decoder: Object.fromEntries(Object.entries(decoder).flatMap(([id, token]) => (moved.has(Number(id)) ? [[String(moved.get(Number(id))), token]] : []))) };
  return encodeJson({ ...settings, ...own });
};

/**
 * The tokenizer files for a vocabulary of these tokens, their place in the list being their id.
 *
 * @param moved the new id of every token that stays, by its old one
 */
export const withVocabulary = (files: TokenizerFiles, tokens: readonly string[], moved: MovedIds): TokenizerFiles => {
  const { 'tokenizer.json': json, 'tokenizer_config.json': settings, 'vocab.txt': list, 'special_tokens_map.json': specials } = files;
  return {
    ...(json && { 'tokenizer.json': movedTokenizerJson(json, moved, Object.fromEntries(tokens.map((token, id) => [token, id]))) }),
    ...(settings && { 'tokenizer_config.json': movedSettings(settings, moved) }),
    ...(list && { 'vocab.txt': new TextEncoder().encode(`${tokens.join('\n')}\n`) }),
    ...(specials && { 'special_tokens_map.json': specials }), // names no ids
  };
};

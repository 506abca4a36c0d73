/** The vocabulary of a WordPiece tokenizer, and its files once ids have moved. */
import { ModelError } from './errors.js';
import { decodeJson } from './files.js';
import type { TokenizerFiles } from './model-directory.js';
import { readTokenizerDefinition } from './tokenizer-json.js';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

const encodeJson = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value)}\n`);

/** A vocabulary by id, and what must stay in it whatever is left out. */
export interface Vocabulary {
  /** Every token with its id: those of the vocabulary, ids ascending, then added tokens that are not in it, ids ascending. */
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
  const { json, padToken, vocabulary } = readTokenizerDefinition(files);
  const { type = 'WordPiece', vocab, unk_token: unknown = '[UNK]', continuing_subword_prefix: prefix = '##' } = json.model;
  const isIdMap = isRecord(vocab) && Object.values(vocab).every(Number.isInteger);
  if (type !== 'WordPiece' || !isIdMap || typeof unknown !== 'string' || typeof prefix !== 'string') {
    throw new ModelError('TOKENIZER_INVALID', `The tokenizer is ${JSON.stringify(type)}; only the vocabulary of WordPiece can be trimmed.`);
  }
  const byId = <T extends readonly [string, number]>(a: T, b: T): number => a[1] - b[1];
  const beyond = json.added_tokens.filter(({ content }) => !vocabulary.has(content)).map(({ content, id }) => [content, id] as const);
  return {
    tokens: [...[...vocabulary].sort(byId), ...beyond.sort(byId)],
    special: new Set([...json.added_tokens.map(({ content }) => content), unknown, padToken]),
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

/** Ids after a change of the vocabulary, by tokens. */
type IdsOf = ReadonlyMap<string, number>;

const movedTokenizerJson = (bytes: Uint8Array, moved: MovedIds, { ids, own }: { readonly ids: IdsOf; readonly own: IdsOf }): Uint8Array => {
  const json = decodeJson(bytes, 'tokenizer.json');
  const { padding, model, added_tokens: added } = json;
  return encodeJson({
    ...json,
    ...(isRecord(padding) && { padding: { ...padding, pad_id: moved.get(Number(padding['pad_id'])) ?? 0 } }),
    added_tokens: Array.isArray(added) ? added.map((token: unknown) => (isRecord(token) ? { ...token, id: ids.get(String(token['content'])) } : token)) : added,
    post_processor: movedPostProcessor(json['post_processor'], moved),
    model: { ...(model as Readonly<Record<string, unknown>>), vocab: Object.fromEntries(own) },
  });
};

const movedSettings = (bytes: Uint8Array, ids: IdsOf): Uint8Array => {
  const { added_tokens_decoder: decoder, ...settings } = decodeJson(bytes, 'tokenizer_config.json');
  const idOf = (token: unknown): number | undefined => ids.get(String(isRecord(token) ? token['content'] : token));
  const moved = isRecord(decoder) && { added_tokens_decoder: Object.fromEntries(Object.values(decoder).flatMap((token) => (idOf(token) === undefined ? [] : [[String(idOf(token)), token]]))) };
  return encodeJson({ ...settings, ...moved });
};

const movedAddedTokens = (bytes: Uint8Array, ids: IdsOf): Uint8Array =>
  encodeJson(Object.fromEntries(Object.keys(decodeJson(bytes, 'added_tokens.json')).map((token) => [token, ids.get(token)])));

/**
 * The tokenizer files for a vocabulary of these tokens, their place in the list being their id.
 *
 * @param tokens those of the vocabulary that stay, then all added tokens that are not in it
 * @param moved the new id of every token that stays, by its old one
 */
export const withVocabulary = (files: TokenizerFiles, tokens: readonly string[], moved: MovedIds): TokenizerFiles => {
  const { 'tokenizer.json': json, 'tokenizer_config.json': settings, 'vocab.txt': list, 'special_tokens_map.json': specials, 'added_tokens.json': added } = files;
  const { vocabulary } = readTokenizerDefinition(files);
  const ids = new Map(tokens.map((token, id) => [token, id] as const));
  const own = new Map([...ids].filter(([token]) => vocabulary.has(token)));
  return {
    ...(json && { 'tokenizer.json': movedTokenizerJson(json, moved, { ids, own }) }),
    ...(settings && { 'tokenizer_config.json': movedSettings(settings, ids) }),
    ...(list && { 'vocab.txt': new TextEncoder().encode(`${[...own.keys()].join('\n')}\n`) }),
    ...(specials && { 'special_tokens_map.json': specials }), // names no ids
    ...(added && { 'added_tokens.json': movedAddedTokens(added, ids) }),
  };
};

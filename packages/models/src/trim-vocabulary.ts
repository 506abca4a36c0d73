import { architectureOf } from './architectures/registry.js';
import { ModelError } from './errors.js';
import type { ModelConfig } from './model-config.js';
import type { ModelDirectory } from './model-directory.js';
import type { TensorData } from './safetensors.js';
import { createTokenizer } from './tokenizer.js';
import type { MovedIds, Vocabulary } from './vocabulary-file.js';
import { readVocabulary, withVocabulary } from './vocabulary-file.js';

/** How to trim a vocabulary. */
export interface TrimVocabularyOptions {
  /** Number of tokens that stay, those that always do among them. */
  readonly tokens: number;
  /** Texts like those that the model will read: tokens that stand in them most often stay. Default none: the order of the vocabulary decides. */
  readonly texts?: Iterable<string> | undefined;
}

/** A token that no text can give, kept free by BERT. */
const isUnused = (token: string): boolean => /^\[unused\d+\]$/.test(token);

/** What stays in any case: special tokens, and every character alone and inside a word, so that whatever had tokens still has. */
const alwaysStays = (token: string, { special, prefix }: Vocabulary): boolean => {
  if (special.has(token)) return true;
  const characters = token.startsWith(prefix) && token.length > prefix.length ? token.slice(prefix.length) : token;
  return [...characters].length === 1;
};

/** How often each id stands in texts. Texts without a token count nothing. */
const countIds = (files: ModelDirectory['tokenizerFiles'], texts: Iterable<string>): ReadonlyMap<number, number> => {
  const tokenizer = createTokenizer(files);
  const counts = new Map<number, number>();
  for (const text of texts) {
    if (text.trim() === '') continue;
    for (const id of tokenizer.encode(text).ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
};

const chooseTokens = (vocabulary: Vocabulary, size: number, counts: ReadonlyMap<number, number>): Vocabulary['tokens'] => {
  const always = vocabulary.tokens.filter(([token]) => alwaysStays(token, vocabulary));
  if (!Number.isInteger(size) || size < always.length || size > vocabulary.tokens.length) {
    throw new ModelError(
      'OPTION_INVALID',
      `tokens is ${size}; expected a whole number from ${always.length} (special tokens and single characters, which stay) to ${vocabulary.tokens.length} (all there are).`,
    );
  }
  const kept = new Set(always.map(([, id]) => id));
  const rank = ([token, id]: readonly [string, number]): number => (isUnused(token) ? -1 : (counts.get(id) ?? 0));
  const others = vocabulary.tokens.filter(([, id]) => !kept.has(id)).sort((a, b) => rank(b) - rank(a) || a[1] - b[1]);
  for (const [, id] of others.slice(0, size - always.length)) kept.add(id);
  return vocabulary.tokens.filter(([, id]) => kept.has(id));
};

/** The rows of a table, in this order. */
const takeRows = ({ shape: [, ...rest], data, dtype }: TensorData, rows: readonly number[]): TensorData => {
  const width = rest.reduce((product, dimension) => product * dimension, 1);
  const out = data instanceof Float32Array ? new Float32Array(rows.length * width) : new Int32Array(rows.length * width);
  rows.forEach((row, i) => out.set(data.subarray(row * width, (row + 1) * width), i * width));
  return { shape: [rows.length, ...rest], data: out, dtype };
};

/** Tensors of a head that predicts tokens have a row for each too. */
const ofTokenHead = /^(cls\.predictions\.(decoder\.)?(weight|bias)|vocab_projector\.(weight|bias))$/;

const moveConfigIds = (config: ModelConfig, moved: MovedIds): Record<string, unknown> =>
  Object.fromEntries(Object.entries(config).map(([key, value]) => [key, key.endsWith('_token_id') && typeof value === 'number' ? (moved.get(value) ?? value) : value]));

/**
 * A model with fewer tokens in its vocabulary, and the table of their embeddings that much smaller. Special tokens and all single characters
 * stay, so that any text that had tokens still has them: a word that is left out comes as shorter pieces. Those that stay keep their order, added tokens
 * that are not in the vocabulary after those that are.
 *
 * @throws ModelError `OPTION_INVALID` when `tokens` is no number of tokens that can stay; `TOKENIZER_INVALID` when the tokenizer is not WordPiece;
 * `SHAPE_MISMATCH` when the embeddings have no row for a token; `ARCHITECTURE_UNKNOWN`, `CONFIG_INVALID`
 * @example
 * const model = await readModelDirectory('models/reviews');
 * await writeModelDirectory('models/reviews-small', trimVocabulary(model, { tokens: 12_000, texts }), { dtype: 'I8' });
 */
export const trimVocabulary = (model: ModelDirectory, { tokens, texts = [] }: TrimVocabularyOptions): ModelDirectory => {
  const { config, tensors, tokenizerFiles } = model;
  const architecture = architectureOf(config);
  const dimensions = architecture.dimensions(config);
  const table = architecture.encoder(dimensions).embeddings.word.name;
  const vocabulary = readVocabulary(tokenizerFiles);
  const chosen = chooseTokens(vocabulary, tokens, countIds(tokenizerFiles, texts));
  const ids = chosen.map(([, id]) => id);
  const last = vocabulary.tokens.reduce((most, [, id]) => Math.max(most, id), 0);
  if (last >= dimensions.vocabulary) {
    throw new ModelError('SHAPE_MISMATCH', `The tokenizer has the id ${last}, and the model has embeddings for ${dimensions.vocabulary} ids only: they belong to different models.`);
  }
  const moved = new Map(ids.map((id, place) => [id, place]));
  const isOfTokens = (name: string, { shape }: TensorData): boolean =>
    shape[0] === dimensions.vocabulary && (name === table || `${architecture.prefix}${name}` === table || ofTokenHead.test(name));
  return {
    ...model,
    config: { ...moveConfigIds(config, moved), vocab_size: ids.length },
    tensors: new Map([...tensors].map(([name, tensor]) => [name, isOfTokens(name, tensor) ? takeRows(tensor, ids) : tensor])),
    tokenizerFiles: withVocabulary(tokenizerFiles, chosen.map(([token]) => token), moved),
  };
};

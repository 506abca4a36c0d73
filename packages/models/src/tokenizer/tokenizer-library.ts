import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers';
import { ModelError, messageOf } from '../errors.js';
import type { JsonRecord } from '../sources/json-record.js';
import type { TokenizerDefinition } from './tokenizer-json.js';
import { isUnigram } from './unigram.js';

/** A normaliser of the library; a `Sequence` shows its steps, a `Replace` its pattern, rewritten for JavaScript. */
export interface LibraryNormalizer {
  normalize(text: string): string;
  readonly pattern?: RegExp | string | null;
  readonly normalizers?: readonly (LibraryNormalizer | null)[];
}

/** A pre-tokenizer of the library; a `Sequence` shows its steps, a `Split` its pattern, rewritten for JavaScript. */
export interface LibraryPreTokenizer {
  pre_tokenize(text: string): string[];
  readonly tokenizers?: readonly (LibraryPreTokenizer | null)[];
  readonly pattern?: RegExp | null;
}

/** The part of `@huggingface/tokenizers` this package uses (its own types do not resolve under Node's module rules). */
export interface TokenizerLibrary {
  readonly normalizer: LibraryNormalizer | null;
  readonly pre_tokenizer: LibraryPreTokenizer | null;
  /** `vocab`: the tokens by their ids, added ones among them. */
  readonly model: {
    encode(words: string[]): string[];
    readonly unk_token_id?: number;
    readonly vocab: readonly string[];
  };
  readonly post_processor: {
    post_process(tokens: string[], pair: string[] | null, special: boolean): PostProcessed;
  } | null;
  token_to_id(token: string): number | undefined;
  id_to_token(id: number): string | undefined;
  decode(ids: number[], options: { readonly skip_special_tokens: boolean }): string;
}

interface PostProcessed {
  readonly tokens: string[];
  readonly tokens_pair?: string[] | null;
  readonly token_type_ids?: number[];
}

/** The library's declarations do not resolve under Node's module rules; this is the part of them used here. */
const Library = LibraryTokenizer as unknown as new (json: unknown, config: unknown) => TokenizerLibrary;

/** What the library is told of a model: of Unigram, whose words it does not cut here, the names of the tokens only, and no trie of them is made. */
const libraryModel = (model: JsonRecord, vocabulary: ReadonlyMap<string, number>): JsonRecord =>
  isUnigram(model)
    ? { type: 'WordPiece', continuing_subword_prefix: '##', vocab: Object.fromEntries(vocabulary) }
    : model;

/** @throws ModelError `TOKENIZER_INVALID` when the library refuses the definition */
export const openTokenizerLibrary = ({ json, config, vocabulary }: TokenizerDefinition): TokenizerLibrary => {
  try {
    return new Library({ ...json, model: libraryModel(json.model, vocabulary) }, config);
  } catch (error) {
    throw new ModelError('TOKENIZER_INVALID', `The tokenizer cannot be built: ${messageOf(error)}.`, { cause: error });
  }
};

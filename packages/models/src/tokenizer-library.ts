import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers';
import { ModelError, messageOf } from './errors.js';
import type { TokenizerDefinition } from './tokenizer-json.js';

/** A token added to the vocabulary: matched in the text as it is, or once normalised. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly normalized: boolean;
}

/** The part of `@huggingface/tokenizers` this package uses (its own types do not resolve under Node's module rules). */
export interface TokenizerLibrary {
  readonly normalizer: { normalize(text: string): string } | null;
  readonly pre_tokenizer: { pre_tokenize(text: string): string[] } | null;
  readonly model: { encode(words: string[]): string[]; readonly unk_token_id?: number };
  readonly post_processor: {
    post_process(tokens: string[], pair: string[] | null, special: boolean): PostProcessed;
  } | null;
  token_to_id(token: string): number | undefined;
  id_to_token(id: number): string | undefined;
  get_added_tokens_decoder(): Map<number, AddedToken>;
  get_vocab(): Map<string, number>;
  decode(ids: number[], options: { readonly skip_special_tokens: boolean }): string;
}

interface PostProcessed {
  readonly tokens: string[];
  readonly tokens_pair?: string[] | null;
  readonly token_type_ids?: number[];
}

/** The library's declarations do not resolve under Node's module rules; this is the part of them used here. */
const Library = LibraryTokenizer as unknown as new (json: unknown, config: unknown) => TokenizerLibrary;

/** @throws ModelError `TOKENIZER_INVALID` when the library refuses the definition */
export const openTokenizerLibrary = ({ json, config }: TokenizerDefinition): TokenizerLibrary => {
  try {
    return new Library(json, config);
  } catch (error) {
    throw new ModelError('TOKENIZER_INVALID', `The tokenizer cannot be built: ${messageOf(error)}.`, { cause: error });
  }
};

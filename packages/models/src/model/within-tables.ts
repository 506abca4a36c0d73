import type { Dimensions } from '../architectures/architecture.js';
import { ModelError } from '../errors.js';
import { createTokenizer } from '../tokenizer/tokenizer.js';
import type { Encoding, Tokenizer } from '../tokenizer/tokenizer.js';
import type { TokenizerSources } from '../tokenizer/tokenizer-json.js';

type Tables = Pick<Dimensions, 'vocabulary' | 'types' | 'image'>;

const quoted = (token: string | undefined): string => (token === undefined ? 'without a name' : JSON.stringify(token));

/** Tokens of a tokenizer that a model has no embeddings for, in the order of their ids. */
const beyondTable = (tokenizer: Tokenizer, { vocabulary }: Tables): { readonly id: number; readonly token: string }[] =>
  Array.from({ length: Math.max(0, tokenizer.vocabularySize - vocabulary) }, (_, i) => vocabulary + i).flatMap((id) => {
    const token = tokenizer.tokenOf(id);
    return token === undefined ? [] : [{ id, token }];
  });

const checkEncoding = (encoding: Encoding, { vocabulary, types }: Tables, size: number): Encoding => {
  const at = encoding.ids.findIndex((id) => id >= vocabulary);
  if (at >= 0) {
    throw new ModelError(
      'TEXT_UNSUPPORTED',
      `The text needs the token ${quoted(encoding.tokens[at])} (id ${encoding.ids[at]}): the tokenizer has ${size} ids, and the model embeddings for ${vocabulary}. ` +
        'They belong to different models, or tokens were added without training: take the tokenizer of the model.',
    );
  }
  const segment = types === 0 ? undefined : encoding.typeIds.find((type) => type >= types);
  if (segment === undefined) return encoding;
  throw new ModelError(
    'TEXT_UNSUPPORTED',
    `The tokenizer puts the second text into segment ${segment}, and the model has ${types === 1 ? 'one segment, 0' : `segments 0 to ${types - 1}`} (type_vocab_size in config.json): ` +
      'it reads no pairs with this tokenizer. Give one text, or take the tokenizer of the model.',
  );
};

/** Encodes as a tokenizer does, and refuses what the tables have no row for. */
const withinTables = (tokenizer: Tokenizer, tables: Tables): Tokenizer => ({
  ...tokenizer,
  encode: (text, pair, options) =>
    checkEncoding(tokenizer.encode(text, pair, options), tables, tokenizer.vocabularySize),
});

const shown = 5;

/** What a user should know of a tokenizer that is larger than its model: a sentence, or none where all is well. */
const tableNotes = (tokenizer: Tokenizer, tables: Tables): string[] => {
  const beyond = beyondTable(tokenizer, tables);
  if (beyond.length === 0) return [];
  const names = beyond.slice(0, shown).map(({ token, id }) => `${JSON.stringify(token)} (${id})`);
  return [
    `The tokenizer has ${tokenizer.vocabularySize} ids and the model embeddings for ${tables.vocabulary}: texts with ${names.join(', ')}${beyond.length > shown ? ` or ${beyond.length - shown} others` : ''} are refused.`,
  ];
};

/**
 * The tokenizer of a model. It refuses a text whose tokens or segments the model has no embeddings for, by name (`TEXT_UNSUPPORTED`); a tokenizer
 * with tokens to spare is no error in itself, and `notes` says which they are. That of a model which reads images reads nothing else.
 *
 * @throws ModelError `TOKENIZER_INVALID`, `FILE_INVALID`, `FILE_NOT_FOUND` for images without a preprocessor_config.json, `CONFIG_INVALID` for one that is not supported
 */
export const openTokenizer = async (
  files: TokenizerSources,
  tables: Tables,
): Promise<{ readonly tokenizer: Tokenizer; readonly notes: readonly string[] }> => {
  if (tables.image) {
    const { imageTokenizer } = await import('../tokenizer/image-tokenizer.js'); // models of texts load nothing of images
    return { tokenizer: imageTokenizer(files, tables.image), notes: [] };
  }
  const tokenizer = createTokenizer(files);
  return { tokenizer: withinTables(tokenizer, tables), notes: tableNotes(tokenizer, tables) };
};

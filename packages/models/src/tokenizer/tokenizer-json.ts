import type { AddedToken } from './added-tokens.js';
import { readAddedTokens, tokenText } from './added-tokens.js';
import { ModelError } from '../errors.js';
import { decodeJson, decodeText } from '../sources/file-source.js';
import { isUnigram, unigramVocabulary } from './unigram.js';
import { looksCased } from './vocabulary-case.js';
import { isRecord } from '../sources/json-record.js';
import type { JsonRecord } from '../sources/json-record.js';

/** The tokenizer files a tokenizer can be made of: `tokenizer.json`, else `vocab.txt`; the settings and lists of tokens beside them are optional. */
export interface TokenizerSources {
  readonly 'tokenizer.json'?: Uint8Array;
  readonly 'vocab.txt'?: Uint8Array;
  readonly 'tokenizer_config.json'?: Uint8Array;
  /** Tokens beyond the vocabulary with their ids. Read where the settings have no `added_tokens_decoder`, as in the reference. */
  readonly 'added_tokens.json'?: Uint8Array;
  /** Which tokens are special. Read where the settings have no `added_tokens_decoder`. */
  readonly 'special_tokens_map.json'?: Uint8Array;
}

/** What the files of a tokenizer hold, every field the library needs in place. */
export interface TokenizerDefinition {
  readonly json: JsonRecord & { readonly model: JsonRecord; readonly added_tokens: readonly AddedToken[] };
  /** `tokenizer_config.json`, with what `special_tokens_map.json` adds to it. */
  readonly config: JsonRecord;
  /** Ids of the tokens that words are cut into: without added tokens, unless they are in it. Empty for a model that lists its vocabulary otherwise. */
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly padToken: string;
}

const readVocabulary = (bytes: Uint8Array): ReadonlyMap<string, number> => {
  const lines = decodeText(bytes, 'vocab.txt').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return new Map(lines.map((token, id) => [token, id]));
};

/** Settings, and the special tokens that stand beside them where they do not list added tokens themselves. */
const readSettings = (files: TokenizerSources): JsonRecord => {
  const [settings, specials] = [files['tokenizer_config.json'], files['special_tokens_map.json']];
  const config: JsonRecord = settings === undefined ? {} : decodeJson(settings, 'tokenizer_config.json');
  if (specials === undefined || isRecord(config['added_tokens_decoder'])) return config;
  const named = Object.entries(decodeJson(specials, 'special_tokens_map.json')).filter(([, value]) => value !== null);
  return { ...config, ...Object.fromEntries(named) };
};

const addedTokensFile = (files: TokenizerSources): JsonRecord | undefined => {
  const bytes = files['added_tokens.json'];
  return bytes && decodeJson(bytes, 'added_tokens.json');
};

/** What BERT's special tokens are called unless the settings say otherwise. */
const namedTokens = {
  pad_token: '[PAD]',
  unk_token: '[UNK]',
  cls_token: '[CLS]',
  sep_token: '[SEP]',
  mask_token: '[MASK]',
};

/** BERT's `tokenizer.json` as `vocab.txt`, the settings and the lists beside them imply it. */
const fromVocabulary = (
  vocabulary: ReadonlyMap<string, number>,
  config: JsonRecord,
  file: JsonRecord | undefined,
): TokenizerDefinition['json'] => {
  const named = { ...namedTokens, ...Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null)) };
  const [pad, unk] = [tokenText(named.pad_token, '[PAD]'), tokenText(named.unk_token, '[UNK]')];
  const [cls, sep] = [tokenText(named.cls_token, '[CLS]'), tokenText(named.sep_token, '[SEP]')];
  const added = readAddedTokens({ config: named, file }, vocabulary);
  const idOf = (token: string): number => {
    const id = vocabulary.get(token) ?? added.find(({ content }) => content === token)?.id;
    if (id === undefined)
      throw new ModelError(
        'TOKENIZER_INVALID',
        `vocab.txt does not hold the special token ${token}. Is it a BERT vocabulary, one token a line?`,
      );
    return id;
  };
  [pad, unk, cls, sep].forEach(idOf);
  const item = (id: string, typeId: number) => ({ SpecialToken: { id, type_id: typeId } });
  const single = [item(cls, 0), { Sequence: { id: 'A', type_id: 0 } }, item(sep, 0)];
  return {
    added_tokens: added,
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: config['tokenize_chinese_chars'] ?? true,
      strip_accents: config['strip_accents'] ?? null,
      lowercase: config['do_lower_case'] ?? !looksCased(vocabulary.keys()),
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single,
      pair: [...single, { Sequence: { id: 'B', type_id: 1 } }, item(sep, 1)],
      special_tokens: Object.fromEntries(
        [cls, sep].map((token) => [token, { id: token, ids: [idOf(token)], tokens: [token] }]),
      ),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: unk,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocabulary),
    },
  };
};

/** The ids of `model.vocab`, where it is a table of ids or a list of tokens with their scores. */
const vocabularyOf = (model: JsonRecord): ReadonlyMap<string, number> => {
  if (isUnigram(model)) return new Map(unigramVocabulary(model['vocab']).map(([token], id) => [token, id]));
  const { vocab } = model;
  const ids = new Map<string, number>();
  if (!isRecord(vocab)) return ids;
  for (const token of Object.keys(vocab)) {
    const id = vocab[token];
    if (typeof id === 'number') ids.set(token, id); // no list of pairs: tens of thousands of them take a while to be made
  }
  return ids;
};

/** `model` with what the library takes for granted and older files leave out. */
const completeModel = (model: JsonRecord): JsonRecord =>
  model['continuing_subword_prefix'] === undefined && model['type'] === 'WordPiece'
    ? { ...model, continuing_subword_prefix: '##' }
    : model;

/**
 * The definition of a tokenizer from its files. Truncation and padding settings in `tokenizer.json` are left out: they
 * belong to whoever calls the tokenizer.
 *
 * @throws ModelError `TOKENIZER_INVALID` when no file defines one, `FILE_INVALID` when a file is not what its name says
 */
export const readTokenizerDefinition = (files: TokenizerSources): TokenizerDefinition => {
  const [config, file] = [readSettings(files), addedTokensFile(files)];
  if (files['tokenizer.json'] === undefined) {
    const list = files['vocab.txt'];
    if (list === undefined)
      throw new ModelError(
        'TOKENIZER_INVALID',
        'The model has no tokenizer: expected tokenizer.json or vocab.txt beside its config.json.',
      );
    const vocabulary = readVocabulary(list);
    const padToken = tokenText(config['pad_token'], '[PAD]');
    return { json: fromVocabulary(vocabulary, config, file), config, vocabulary, padToken };
  }
  const { truncation: _truncation, padding: _padding, ...json } = decodeJson(files['tokenizer.json'], 'tokenizer.json');
  const { model } = json;
  if (!isRecord(model) || model['vocab'] === undefined) {
    throw new ModelError(
      'TOKENIZER_INVALID',
      'tokenizer.json has no "model" with a "vocab". Was it written by the tokenizers library?',
    );
  }
  const vocabulary = vocabularyOf(model);
  const added = readAddedTokens({ own: json['added_tokens'], config, file }, vocabulary);
  const isKnown = (token: string): boolean => vocabulary.has(token) || added.some(({ content }) => content === token);
  const complete = {
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    ...json,
    model: completeModel(model),
    added_tokens: added,
  };
  const usualPad = ['[PAD]', '<pad>'].find(isKnown) ?? '[PAD]';
  return { json: complete, config, vocabulary, padToken: tokenText(config['pad_token'], usualPad) };
};

const encodeJson = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value)}\n`);

/** A `tokenizer.json` as it is, or with the tokens that were listed only beside it. */
const withAddedTokens = (bytes: Uint8Array, added: readonly AddedToken[]): Uint8Array => {
  const json = decodeJson(bytes, 'tokenizer.json');
  const own = readAddedTokens(
    { own: json['added_tokens'], config: {} },
    vocabularyOf(isRecord(json['model']) ? json['model'] : {}),
  );
  return JSON.stringify(own) === JSON.stringify(added) ? bytes : encodeJson({ ...json, added_tokens: added });
};

/** What special tokens are called that other tools look for by what they are for: BERT's names, and RoBERTa's. */
const usualNames = {
  unk_token: ['[UNK]', '<unk>'],
  cls_token: ['[CLS]', '<s>'],
  sep_token: ['[SEP]', '</s>'],
  mask_token: ['[MASK]', '<mask>'],
} as const;

/** The special tokens that a tokenizer holds under their usual names. Some tools take a text's second part for its first where nothing names the separator. */
const usuallyNamed = ({ json, vocabulary }: TokenizerDefinition): JsonRecord => {
  const holds = (name: string): boolean =>
    vocabulary.has(name) || json.added_tokens.some(({ content }) => content === name);
  return Object.fromEntries(
    Object.entries(usualNames).flatMap(([role, names]) => {
      const found = names.find(holds);
      return found === undefined ? [] : [[role, found]];
    }),
  );
};

/**
 * The two files that today's tools read a tokenizer from, whatever files it came in: added and special tokens that were listed beside them go into them,
 * and a guess whether the vocabulary is a cased one becomes a setting.
 *
 * @throws ModelError `TOKENIZER_INVALID`, `FILE_INVALID`
 */
export const modernTokenizerFiles = (
  files: TokenizerSources,
): { readonly 'tokenizer.json': Uint8Array; readonly 'tokenizer_config.json': Uint8Array } => {
  const definition = readTokenizerDefinition(files);
  const { json, config, padToken } = definition;
  const own = files['tokenizer.json'];
  const guessed =
    own === undefined && isRecord(json['normalizer']) ? { do_lower_case: json['normalizer']['lowercase'] } : {};
  return {
    'tokenizer.json': own
      ? withAddedTokens(own, json.added_tokens)
      : encodeJson({ version: '1.0', truncation: null, padding: null, ...json }),
    'tokenizer_config.json': encodeJson({
      tokenizer_class: 'BertTokenizer',
      pad_token: padToken,
      ...usuallyNamed(definition),
      ...guessed,
      ...config,
    }),
  };
};

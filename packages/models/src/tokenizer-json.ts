import { ModelError } from './errors.js';
import { decodeJson, decodeText } from './files.js';

/** The tokenizer files a tokenizer can be made of: `tokenizer.json`, else `vocab.txt`; the settings are optional. */
export interface TokenizerSources {
  readonly 'tokenizer.json'?: Uint8Array;
  readonly 'vocab.txt'?: Uint8Array;
  readonly 'tokenizer_config.json'?: Uint8Array;
}

/** What `tokenizer.json` and `tokenizer_config.json` hold, every field the library needs in place. */
export interface TokenizerDefinition {
  readonly json: Readonly<Record<string, unknown>> & { readonly model: Readonly<Record<string, unknown>> };
  readonly config: Readonly<Record<string, unknown>>;
  readonly padToken: string;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A special token's text: settings give it plain or as an object with `content`. */
const tokenText = (value: unknown, otherwise: string): string => {
  const content = isRecord(value) ? value['content'] : value;
  return typeof content === 'string' ? content : otherwise;
};

const readVocabulary = (bytes: Uint8Array): ReadonlyMap<string, number> => {
  const lines = decodeText(bytes, 'vocab.txt').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return new Map(lines.map((token, id) => [token, id]));
};

/** BERT's `tokenizer.json` as `vocab.txt` and the settings imply it. */
const fromVocabulary = (bytes: Uint8Array, config: Readonly<Record<string, unknown>>): TokenizerDefinition['json'] => {
  const vocab = readVocabulary(bytes);
  const idOf = (token: string): number => {
    const id = vocab.get(token);
    if (id === undefined) throw new ModelError('TOKENIZER_INVALID', `vocab.txt does not hold the special token ${token}. Is it a BERT vocabulary, one token a line?`);
    return id;
  };
  const unk = tokenText(config['unk_token'], '[UNK]');
  const [cls, sep] = [tokenText(config['cls_token'], '[CLS]'), tokenText(config['sep_token'], '[SEP]')];
  const specials = [tokenText(config['pad_token'], '[PAD]'), unk, cls, sep];
  const mask = tokenText(config['mask_token'], '[MASK]');
  // Without settings, a vocabulary with capitals is a cased one.
  const lowercase = config['do_lower_case'] ?? ![...vocab.keys()].some((token) => /[A-Z]/.test(token) && !/^\[.*\]$/.test(token));
  const item = (id: string, typeId: number) => ({ SpecialToken: { id, type_id: typeId } });
  const single = [item(cls, 0), { Sequence: { id: 'A', type_id: 0 } }, item(sep, 0)];
  return {
    added_tokens: [...specials, ...(vocab.has(mask) ? [mask] : [])].map((content) => ({ id: idOf(content), content, special: true, normalized: false })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: config['tokenize_chinese_chars'] ?? true,
      strip_accents: config['strip_accents'] ?? null,
      lowercase,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single,
      pair: [...single, { Sequence: { id: 'B', type_id: 1 } }, item(sep, 1)],
      special_tokens: Object.fromEntries([cls, sep].map((token) => [token, { id: token, ids: [idOf(token)], tokens: [token] }])),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: { type: 'WordPiece', unk_token: unk, continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab: Object.fromEntries(vocab) },
  };
};

/**
 * The definition of a tokenizer from its files. Truncation and padding settings in `tokenizer.json` are left out: they
 * belong to whoever calls the tokenizer.
 *
 * @throws ModelError `TOKENIZER_INVALID` when no file defines one, `FILE_INVALID` when a file is not what its name says
 */
export const readTokenizerDefinition = (files: TokenizerSources): TokenizerDefinition => {
  const settings = files['tokenizer_config.json'];
  const config: Readonly<Record<string, unknown>> = settings === undefined ? {} : decodeJson(settings, 'tokenizer_config.json');
  const padToken = tokenText(config['pad_token'], '[PAD]');
  if (files['tokenizer.json'] === undefined) {
    if (files['vocab.txt'] !== undefined) return { json: fromVocabulary(files['vocab.txt'], config), config, padToken };
    throw new ModelError('TOKENIZER_INVALID', 'The model has no tokenizer: expected tokenizer.json or vocab.txt beside its config.json.');
  }
  const { truncation: _truncation, padding: _padding, ...json } = decodeJson(files['tokenizer.json'], 'tokenizer.json');
  const { model } = json;
  if (!isRecord(model) || model['vocab'] === undefined) {
    throw new ModelError('TOKENIZER_INVALID', 'tokenizer.json has no "model" with a "vocab". Was it written by the tokenizers library?');
  }
  return { json: { added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, ...json, model }, config, padToken };
};

/**
 * The two files that today's tools read a tokenizer from, whatever files it came in.
 *
 * @throws ModelError `TOKENIZER_INVALID`, `FILE_INVALID`
 */
export const modernTokenizerFiles = (files: TokenizerSources): { readonly 'tokenizer.json': Uint8Array; readonly 'tokenizer_config.json': Uint8Array } => {
  const { json, config, padToken } = readTokenizerDefinition(files);
  const encode = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value)}\n`);
  return {
    'tokenizer.json': files['tokenizer.json'] ?? encode({ version: '1.0', truncation: null, padding: null, ...json }),
    'tokenizer_config.json': encode({ tokenizer_class: 'BertTokenizer', pad_token: padToken, ...config }),
  };
};

/** The files a tokenizer may come in; of models that read images what says how. */
export const tokenizerFileNames = [
  'tokenizer.json',
  'tokenizer_config.json',
  'vocab.txt',
  'special_tokens_map.json',
  'added_tokens.json',
  'preprocessor_config.json',
] as const;

/** The name of a file that a tokenizer may come in. */
export type TokenizerFileName = (typeof tokenizerFileNames)[number];

/** The tokenizer files of a model, those there are. */
export type TokenizerFiles = { readonly [name in TokenizerFileName]?: Uint8Array };

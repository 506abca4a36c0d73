import { engineOptions, lengthOptions, modelOptions, rankingOptions } from '../context/common.js';
import { choice, flag, number, text } from '../context/option.js';
import type { Settings } from '../context/option.js';

export const embedOptions = {
  model: text('DIR', 'model to run: an encoder, such as a checkpoint of sentence-transformers'),
  ...modelOptions,
  input: text('FILE', 'texts, a line each (.jsonl, or a list in .json: {"text": ...}); - reads stdin'),
  out: text(
    'FILE',
    'where the vectors go, in the order of the texts: .jsonl, .npy, or anything else for raw float32 rows',
  ),
  prompt: text('NAME', "what is put before each text: a prompt of the model (default: the model's own default)"),
  dimensions: number('N', 'leading numbers of each vector, for models that are trained for it (default: all)', {
    integer: true,
    min: 1,
    fallback: undefined,
  }),
  longTexts: choice(['cut', 'windows', 'refuse'], 'what becomes of a text that is too long', 'cut'),
  resume: flag('go on where an earlier run with the same texts and settings stopped'),
  ...lengthOptions,
  ...rankingOptions,
  ...engineOptions,
} as const;

/** Settings of `embed`. */
export type EmbedSettings = Settings<typeof embedOptions>;

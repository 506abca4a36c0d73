import { engineOptions, lengthOptions, modelOptions, rankingOptions, secondTextOption } from '../context/common.js';
import { flag, number, text, texts } from '../context/option.js';
import type { Settings } from '../context/option.js';

export const predictOptions = {
  model: text('DIR', 'model to run'),
  ...modelOptions,
  input: text('FILE', 'texts, a line each (.jsonl, or a list in .json: {"text": ..., "pair": ...}); - reads stdin'),
  pair: secondTextOption,
  labels: texts(
    'A,B,...',
    'labels to choose among that the model does not know: zero-shot classification, by a model that was trained on natural language inference, or of images by CLIP',
  ),
  template: text(
    'TEXT',
    'with --labels: the hypothesis of a label, which takes the place of {} (default "This example is {}.", of images "This is a photo of {}.")',
  ),
  multiLabel: flag('with --labels: several may be true of a text, each has a probability of its own'),
  ...lengthOptions,
  ...rankingOptions,
  truncate: flag('cut texts that are too long for the model instead of refusing them; questions are never cut'),
  answers: number('N', 'questions: give the N best answers with --json (default 20)', {
    integer: true,
    min: 1,
    fallback: undefined,
  }),
  maxAnswerTokens: number('N', 'questions: most tokens an answer may have (default 30)', {
    integer: true,
    min: 1,
    fallback: undefined,
  }),
  threshold: number('P', 'several labels a text: probability from which a label is given (default 0.5)', {
    min: 0,
    max: 1,
    fallback: undefined,
  }),
  out: text('DIR', 'also write config.json, versions.json and result.json here'),
  ...engineOptions,
} as const;

/** Settings of `predict`. */
export type PredictSettings = Settings<typeof predictOptions>;

import { defineCommand } from '../command.js';
import { engineOptions, lengthOptions, reducerOption, secondTextOption } from '../options/common.js';
import { flag, number, text } from '../options/option.js';
import type { Settings } from '../options/option.js';

export const predictOptions = {
  model: text('DIR', 'model to run'),
  input: text('FILE', 'texts, a line each (.jsonl, or a list in .json: {"text": ..., "pair": ...}); - reads stdin'),
  pair: secondTextOption,
  ...lengthOptions,
  reducer: reducerOption,
  truncate: flag('cut texts that are too long for the model instead of refusing them; questions are never cut'),
  answers: number('N', 'questions: give the N best answers with --json (default 20)', { integer: true, min: 1, fallback: undefined }),
  maxAnswerTokens: number('N', 'questions: most tokens an answer may have (default 30)', { integer: true, min: 1, fallback: undefined }),
  threshold: number('P', 'several labels a text: probability from which a label is given (default 0.5)', { min: 0, max: 1, fallback: undefined }),
  out: text('DIR', 'also write config.json, versions.json and result.json here'),
  ...engineOptions,
} as const;

/** Settings of `predict`. */
export type PredictSettings = Settings<typeof predictOptions>;

export const predictCommand = defineCommand({
  name: 'predict',
  summary: 'Predict texts, under a budget',
  argument: { name: '[texts...]', description: 'texts to predict' },
  help: `Prints a line a text: label, confidence, cost (share of the full MACs), tokens kept by the last layer, text.
With --json a JSON object a line. Of several texts, one that cannot be read (empty, too long) has
its error in its place ({"error": {"code": ..., "message": ...}}), the others are predicted, and
the command ends with 3.

Examples:
  lat predict --model runs/sst2/model --budget cost=0.5 'A fine film.'
  lat predict --model runs/squad/model --pair @article.txt 'Who wrote it?'
  lat predict --model runs/sst2/model --input reviews.txt --budget latency=20ms --json`,
  options: predictOptions,
  run: async (settings, context) => (await import('../actions/predict.js')).predict(settings, context),
});

import { defineCommand } from '../context/command.js';
import { dataOptions, engineOptions, lengthOptions, reducerOption, scoreNames } from '../context/common.js';
import { choices, number, text } from '../context/option.js';
import type { Settings } from '../context/option.js';

export const evaluateOptions = {
  model: text('DIR', 'model to evaluate'),
  data: text('FILE', 'labelled examples'),
  ...lengthOptions,
  reducer: reducerOption,
  metric: choices('METRICS', scoreNames, 'scores to print, with commas between them'),
  minScore: number('SCORE', 'exit with 5 when the first score is below this', { fallback: undefined }),
  ...dataOptions,
  out: text('DIR', 'also write config.json, versions.json and result.json here'),
  ...engineOptions,
} as const;

/** Settings of `evaluate`. */
export type EvaluateSettings = Settings<typeof evaluateOptions>;

export const evaluateCommand = defineCommand({
  name: 'evaluate',
  summary: 'Score a model on labelled examples, at any length configuration or budget',
  help: `Examples:
  lat evaluate --model runs/sst2/model --data dev.tsv --budget cost=0.5
  lat evaluate --model runs/sst2/model --data dev.tsv --config-at 0.8,0.6,0.5,0.4 --metric accuracy,f1`,
  options: evaluateOptions,
  run: async (settings, context) => (await import('./evaluate.js')).evaluate(settings, context),
});

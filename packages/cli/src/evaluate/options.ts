import {
  dataOptions,
  engineOptions,
  lengthOptions,
  modelOptions,
  rankingOptions,
  scoreNames,
} from '../context/common.js';
import { choices, number, text } from '../context/option.js';
import type { Settings } from '../context/option.js';

export const evaluateOptions = {
  model: text('DIR', 'model to evaluate'),
  ...modelOptions,
  data: text('FILE', 'labelled examples; for vectors also a BEIR folder (corpus.jsonl, queries.jsonl, qrels/test.tsv)'),
  ...lengthOptions,
  ...rankingOptions,
  metric: choices('METRICS', scoreNames, 'scores to print, with commas between them'),
  minScore: number('SCORE', 'exit with 5 when the first score is below this', { fallback: undefined }),
  ...dataOptions,
  out: text('DIR', 'also write config.json, versions.json and result.json here'),
  ...engineOptions,
} as const;

/** Settings of `evaluate`. */
export type EvaluateSettings = Settings<typeof evaluateOptions>;

import { engineOptions, lengthOptions, modelOptions, rankingOptions, secondTextOption } from '../context/common.js';
import { flag, text } from '../context/option.js';
import type { Settings } from '../context/option.js';

export const inspectOptions = {
  model: text('DIR', 'model to run'),
  ...modelOptions,
  pair: secondTextOption,
  ...lengthOptions,
  ...rankingOptions,
  scores: flag('show what ranked each token in each layer, too'),
  truncate: flag('cut a text that is too long for the model instead of refusing it'),
  out: text('DIR', 'also write config.json, versions.json and result.json here'),
  ...engineOptions,
} as const;

/** Settings of `inspect`. */
export type InspectSettings = Settings<typeof inspectOptions>;

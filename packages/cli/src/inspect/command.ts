import { defineCommand } from '../context/command.js';
import { engineOptions, lengthOptions, reducerOption, secondTextOption } from '../context/common.js';
import { flag, text } from '../context/option.js';
import type { Settings } from '../context/option.js';

export const inspectOptions = {
  model: text('DIR', 'model to run'),
  pair: secondTextOption,
  ...lengthOptions,
  reducer: reducerOption,
  truncate: flag('cut a text that is too long for the model instead of refusing it'),
  out: text('DIR', 'also write config.json, versions.json and result.json here'),
  ...engineOptions,
} as const;

/** Settings of `inspect`. */
export type InspectSettings = Settings<typeof inspectOptions>;

export const inspectCommand = defineCommand({
  name: 'inspect',
  summary: 'Show which tokens of a text each layer kept',
  argument: { name: '<text>', description: 'text to inspect' },
  help: `Examples:
  lat inspect --model runs/sst2/model --budget cost=0.4 'A fine film, if you forgive the ending.'`,
  options: inspectOptions,
  run: async (settings, context) => (await import('./inspect.js')).inspect(settings, context),
});

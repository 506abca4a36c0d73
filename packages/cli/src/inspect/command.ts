import { defineCommand } from '../context/command.js';

export const inspectCommand = defineCommand({
  name: 'inspect',
  summary: 'Show which tokens of a text each layer kept',
  argument: { name: '<text>', description: 'text to inspect' },
  help: `Examples:
  lat inspect --model runs/sst2/model --budget cost=0.4 'A fine film, if you forgive the ending.'`,
  options: async () => (await import('./options.js')).inspectOptions,
  run: async (settings, context) => (await import('./inspect.js')).inspect(settings, context),
});

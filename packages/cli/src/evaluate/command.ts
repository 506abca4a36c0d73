import { defineCommand } from '../context/command.js';

export const evaluateCommand = defineCommand({
  name: 'evaluate',
  summary: 'Score a model on labelled examples, at any length configuration or budget',
  help: `Examples:
  lat evaluate --model runs/sst2/model --data dev.tsv --budget cost=0.5
  lat evaluate --model runs/sst2/model --data dev.tsv --config-at 0.8,0.6,0.5,0.4 --metric accuracy,f1`,
  options: async () => (await import('./options.js')).evaluateOptions,
  run: async (settings, context) => (await import('./evaluate.js')).evaluate(settings, context),
});

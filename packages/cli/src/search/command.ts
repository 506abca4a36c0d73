import { join } from 'node:path';
import { defineCommand } from '../context/command.js';

export const searchCommand = defineCommand({
  name: 'search',
  summary: 'Search the length configurations of a trained model and write its Pareto set and a report',
  help: `Examples:
  lat search --model runs/sst2/model --data dev.tsv --limit 500 --report-data test.tsv
  lat search --model runs/sst2/model --data dev.tsv --held-out-share 0.5 --objective latency
  lat search --model any-rank --data dev.tsv --spend lengths,ranks,bits --objective latency --file-size
  lat search --model runs/sst2/model --data dev.tsv --redis redis://127.0.0.1:6379
  lat search --model runs/sst2/model --resume --evaluations 90`,
  options: async () => (await import('./options.js')).searchOptions,
  savedConfig: async (settings) => {
    const folder = (await import('./search-folder.js')).searchFolder(settings);
    return folder === undefined ? undefined : join(folder, 'config.json');
  },
  mayChange: [
    'evaluations',
    'generations',
    'reportData',
    'reportMetric',
    'latency',
    'speedSamples',
    'speedRepeats',
    'threads',
  ],
  run: async (settings, context) => (await import('./search.js')).search(settings, context),
});

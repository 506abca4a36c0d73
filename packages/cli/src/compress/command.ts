import { defineCommand } from '../context/command.js';

export const compressCommand = defineCommand({
  name: 'compress',
  summary: 'Make the folder of a model smaller: 8-bit weights, fewer tokens in its vocabulary',
  help: `Writes a model that every command opens. It takes less to store and to download; it runs as fast as before.

Examples:
  lat compress --model runs/sst2/model --out small
  lat compress --model runs/sst2/model --out small --vocabulary 12000 --data train.tsv --points 10 --dev dev.tsv`,
  options: async () => (await import('./options.js')).compressOptions,
  run: async (settings, context) => (await import('./compress.js')).compress(settings, context),
});

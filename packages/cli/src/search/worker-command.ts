import { defineCommand } from '../context/command.js';

export const workerCommand = defineCommand({
  name: 'worker',
  summary: 'Score configurations for lat search --redis, until it is stopped',
  help: `Start it in the folder that the search runs in, or in one with the same files. Ctrl-C and SIGTERM let it finish what it works on.

Examples:
  lat worker --redis redis://127.0.0.1:6379
  lat worker --redis redis://10.0.0.5:6379 --concurrency 4 --threads 1`,
  options: async () => (await import('./worker-options.js')).workerOptions,
  run: async (settings, context) => (await import('./worker.js')).worker(settings, context),
});

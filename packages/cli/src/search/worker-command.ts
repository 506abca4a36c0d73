import { defineCommand } from '../context/command.js';
import { engineOptions, precisionNames } from '../context/common.js';
import { choice, number, text } from '../context/option.js';
import type { Settings } from '../context/option.js';

export const workerOptions = {
  redis: text('URL', 'the Redis that the search uses: redis://host:port'),
  queue: text('NAME', 'name of the queue (default length-adaptive)'),
  concurrency: number('N', 'configurations at a time, each with a model of its own', {
    integer: true,
    min: 1,
    fallback: 1,
  }),
  ...engineOptions,
  engine: choice(
    ['auto', 'onnx', 'tfjs'],
    'take searches on this engine only; auto takes all, each as it asks',
    'auto',
  ),
  precision: choice(precisionNames, 'take searches of this precision only (default: all)', undefined),
  backend: choice(['wasm', 'cpu'], 'take searches on this backend of tfjs only (default: all)', undefined),
  threads: { ...engineOptions.threads, description: 'threads of each model (default: the cores, shared out)' },
} as const;

/** Settings of `worker`. */
export type WorkerSettings = Settings<typeof workerOptions>;

export const workerCommand = defineCommand({
  name: 'worker',
  summary: 'Score configurations for lat search --redis, until it is stopped',
  help: `Start it in the folder that the search runs in, or in one with the same files. Ctrl-C and SIGTERM let it finish what it works on.

Examples:
  lat worker --redis redis://127.0.0.1:6379
  lat worker --redis redis://10.0.0.5:6379 --concurrency 4 --threads 1`,
  options: workerOptions,
  run: async (settings, context) => (await import('./worker.js')).worker(settings, context),
});

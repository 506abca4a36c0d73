import { engineOptions, modelOptions, precisionNames } from '../context/common.js';
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
  adapter: text('PATH', 'where the adapter of the search stands for this worker (default: where the search found it)'),
  tower: {
    ...modelOptions.tower,
    description: 'take searches of this tower only (default: all)',
  },
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

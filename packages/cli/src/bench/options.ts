import { engineNames } from './engine-names.js';
import { commonOptions, modelOptions, precisionNames } from '../context/common.js';
import { choices, number, numbers, text } from '../context/option.js';
import type { Settings } from '../context/option.js';

const { backend, threads, seed, json, quiet, color } = commonOptions;

export const benchOptions = {
  model: text('DIR', 'model to measure'),
  ...modelOptions,
  engines: choices(
    'LIST',
    engineNames,
    'what runs it, with commas between them (default: onnx if onnxruntime-node is installed, else tfjs)',
  ),
  precision: choices('LIST', precisionNames, 'precisions of onnx, with commas between them (default fp32)'),
  configs: text(
    'LIST',
    'full, numbers of the Pareto set and, last or after a semicolon, ratios (default: the points nearest to cost 0.7, 0.5 and 0.3)',
  ),
  batch: numbers('LIST', 'inputs in a batch', { integer: true, min: 1, fallback: [1, 8, 32] }),
  lengths: numbers('LIST', 'tokens of an input', { integer: true, min: 4, fallback: [32, 128, 384] }),
  seconds: number('N', 'measuring time for each row', { min: 0, fallback: 2 }),
  data: text(
    'FILE',
    'texts to take tokens from, a line each (.jsonl, or a list in .json: {"text": ...}); default: random tokens',
  ),
  padTo: number('N', 'tokens that the padded baseline pads to (default: the largest length)', {
    integer: true,
    min: 4,
    fallback: undefined,
  }),
  onnx: text('FILE', 'another ONNX export of the same weights, run as it is'),
  out: text('DIR', 'also write config.json, versions.json, result.json and bench.svg here'),
  backend: { ...backend, description: `${backend.description}, for tfjs` },
  threads: {
    ...threads,
    description: 'threads of onnx, or of the wasm backend (default: the cores, for wasm at most 8)',
  },
  seed,
  json,
  quiet,
  color,
} as const;

/** Settings of `bench`. */
export type BenchSettings = Settings<typeof benchOptions>;

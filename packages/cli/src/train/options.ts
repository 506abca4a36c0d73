import { taskOption } from '../data/task-option.js';
import { dataOptions, engineOptions, metricNames, modelOptions, rankingOptions } from '../context/common.js';
import { choice, flag, number, numberOr, text } from '../context/option.js';
import type { Settings } from '../context/option.js';

const { precision: _precision, ...trainingEngineOptions } = engineOptions;

export const trainOptions = {
  model: text('SOURCE', 'model to start from: a folder, npm:package, web address or Hub repository'),
  ...modelOptions,
  train: text('FILE', 'training examples: .tsv, .csv, .jsonl, .parquet, SQuAD .json, .conll, also .gz'),
  dev: text('FILE', 'examples that choose the best epoch'),
  devShare: number('SHARE', 'set this share of the training examples aside as dev', {
    min: 0,
    below: 1,
    fallback: undefined,
  }),
  out: text('DIR', 'folder of the run; the model is written to DIR/model'),
  task: taskOption('what the examples are for (default: guessed from the file)'),
  epochs: number('N', 'epochs of ordinary fine-tuning', { integer: true, min: 0, fallback: 2 }),
  lengthDropEpochs: number('N', 'epochs of LengthDrop after that', { integer: true, min: 0, fallback: 2 }),
  lengthConfig: text(
    'CONFIG',
    'train for this one configuration in place of LengthDrop: ratios, lengths @128, or a number of the Pareto set',
  ),
  init: choice(
    ['model', 'new', 'gradinit'],
    'weights to begin with: those of --model; new ones in its shape; or new ones that GradInit scales before training',
    'model',
  ),
  initIterations: number('N', 'iterations of GradInit', { integer: true, min: 1, fallback: 200 }),
  ...rankingOptions,
  batchSize: number('N', 'examples a step', { integer: true, min: 1, fallback: 16 }),
  learningRate: number('RATE', 'peak learning rate of both stages', { min: 0, fallback: 5e-5 }),
  warmupRatio: number('SHARE', 'share of the steps of each stage in which the rate rises to its peak', {
    min: 0,
    below: 1,
    fallback: 0,
  }),
  dropRatioBound: number('P', 'a layer drops at most this share of its tokens', { min: 0, below: 1, fallback: 0.2 }),
  layerDrop: number('Q', 'probability that LayerDrop skips a layer', { min: 0, below: 1, fallback: 0 }),
  subModels: numberOr(
    ['ladder'],
    'N',
    'random sub-models a step; ladder trains the points of the Pareto set of --model instead, the smallest and two others a step',
    { integer: true, min: 0, fallback: 2 },
  ),
  ...dataOptions,
  metric: choice(metricNames, 'score that chooses the best epoch (default: that of the task)', undefined),
  checkpointEvery: number('N', 'write a checkpoint every N steps (default: only when interrupted)', {
    integer: true,
    min: 1,
    fallback: undefined,
  }),
  resume: { ...flag('go on with the interrupted run in --out'), transient: true },
  overwrite: { ...flag('start anew in a folder that holds a run'), transient: true },
  ...trainingEngineOptions,
} as const;

/** Settings of `train`. */
export type TrainSettings = Settings<typeof trainOptions>;

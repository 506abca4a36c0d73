import {
  dataOptions,
  engineOptions,
  modelOptions,
  precisionNames,
  rankingOptions,
  scoreNames,
} from '../context/common.js';
import { choice, flag, number, text } from '../context/option.js';
import type { Settings } from '../context/option.js';

export const compressOptions = {
  model: text('DIR', 'model to make smaller'),
  ...modelOptions,
  out: text('DIR', 'folder of the smaller model'),
  weights: choice(precisionNames, 'what matrices are stored in; they are computed with in fp32', 'int8'),
  vocabulary: number('N', 'keep N tokens; a word that is left out comes as shorter pieces (default: all)', {
    integer: true,
    min: 1,
    fallback: undefined,
  }),
  data: text('FILE', 'texts whose most frequent tokens stay (default: the first of the vocabulary)'),
  points: number(
    'N',
    'keep N configurations of the Pareto set, spread over their costs, the full length among them (default: all)',
    { integer: true, min: 2, fallback: undefined },
  ),
  dev: text('FILE', 'labelled examples to score on before and after; the scores after are written'),
  metric: choice(
    scoreNames,
    "score of the written Pareto set (default: that of its search); the task's own is told beside it",
    undefined,
  ),
  ...rankingOptions,
  ...dataOptions,
  overwrite: { ...flag('write into a folder that holds a model'), transient: true },
  ...engineOptions,
} as const;

/** Settings of `compress`. */
export type CompressSettings = Settings<typeof compressOptions>;

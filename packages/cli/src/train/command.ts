import { join } from 'node:path';
import { defineCommand } from '../context/command.js';

export const trainCommand = defineCommand({
  name: 'train',
  summary: 'Fine-tune a model, then train it with LengthDrop for every length at once',
  help: `Examples:
  lat train --model google-bert/bert-base-uncased --train train.tsv --dev dev.tsv --out runs/sst2
  lat train --model google-bert/bert-base-uncased --train train-v1.1.json --dev-share 0.05 --out runs/squad
  lat train --model google-bert/bert-base-cased --train train.conll --dev dev.conll --out runs/ner
  lat train --model google-bert/bert-base-uncased --train comments.csv --text-column comment --label-columns toxic,threat,insult --out runs/toxic
  lat train --resume --out runs/sst2`,
  options: async () => (await import('./options.js')).trainOptions,
  savedConfig: async ({ out }) => (out === undefined ? undefined : join(out, 'config.json')),
  mayChange: ['out', 'threads', 'checkpointEvery'],
  run: async (settings, context) => (await import('./train.js')).train(settings, context),
});

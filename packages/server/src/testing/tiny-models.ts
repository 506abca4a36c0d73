import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { findReducer, uniformRanks } from '@length-adaptive/core';
import type { ParetoPoint, Task } from '@length-adaptive/models';
import {
  createTaskModel,
  embedding,
  factoriseModel,
  multiLabelClassification,
  questionAnswering,
  regression,
  rerank,
  saveModel,
  sequenceClassification,
  tokenClassification,
} from '@length-adaptive/models';
import { specialTokens, tinyBertConfig } from '@length-adaptive/tools/testing/tiny-bert';
import * as tf from '@tensorflow/tfjs';

const words =
  'the a this that film plot actor scene story was is and but very so it with of in on good great fine bad poor dull who what where'.split(
    ' ',
  );

const vocabulary = [...specialTokens, ...words, '##s', '.', ','];

/** config.json of a BERT that runs in a moment. */
const config = {
  ...tinyBertConfig,
  vocab_size: vocabulary.length,
  num_attention_heads: 2,
  max_position_embeddings: 128,
  initializer_range: 0.2,
};

/** Searched, as far as anyone can tell. */
export const paretoSet = [
  { point: { lengths: [0.4, 0.2, 0.1] }, score: 0.8, cost: 0.3 },
  { point: { lengths: [0.8, 0.6, 0.5] }, score: 0.86, cost: 0.65 },
  { point: { lengths: [1, 1, 1] }, score: 0.9, cost: 1 },
];

const tasks = {
  reviews: sequenceClassification(['bad', 'good']),
  entails: sequenceClassification(['contradiction', 'neutral', 'entailment']),
  topics: multiLabelClassification(['film', 'praise', 'blame']),
  stars: regression(),
  ranks: rerank(),
  answers: questionAnswering(),
  vectors: embedding(tinyBertConfig.hidden_size, { prompts: { query: 'good ' } }),
  names: tokenClassification(['O', 'B-film', 'I-film']),
} satisfies Record<string, Task>;

export type TinyModelName = keyof typeof tasks;

/** Writes a model with random weights and a Pareto set as a model folder. */
export const writeTinyModel = (
  folder: string,
  task: TinyModelName = 'reviews',
  seed = 3,
  reducer = 'attention',
): Promise<void> => writeModel(folder, task, { seed, reducer });

/** Searched over lengths and ranks; the cheapest point says nothing of lengths. */
export const rankedParetoSet = [
  { point: { ranks: uniformRanks(3, 0.25) }, score: 0.7, cost: 0.25 },
  { point: { lengths: [0.8, 0.6, 0.5], ranks: uniformRanks(3, 0.5) }, score: 0.8, cost: 0.4 },
  { point: { lengths: [0.8, 0.6, 0.5] }, score: 0.86, cost: 0.65 },
  { point: {}, score: 0.9, cost: 1 },
];

/** Writes a model with factors beside its matrices. */
export const writeRankedModel = (folder: string): Promise<void> =>
  writeModel(folder, 'reviews', { isRanked: true, points: rankedParetoSet });

/** Searched over lengths and bits. */
const bitsParetoSet = [
  { point: { lengths: [0.8, 0.6, 0.5], bits: 8 as const }, score: 0.84, cost: 0.65 },
  { point: { lengths: [1, 1, 1], bits: 8 as const }, score: 0.88, cost: 1 },
  { point: { lengths: [1, 1, 1] }, score: 0.9, cost: 1 },
];

/** Writes a model whose points have bits of their own. */
export const writeBitsModel = (folder: string): Promise<void> =>
  writeModel(folder, 'reviews', { points: bitsParetoSet });

/** Writes one whose weights take so many MiB, nearly all of them its table of words. */
export const writeLargeModel = (folder: string, mebibytes: number): Promise<void> =>
  writeModel(folder, 'reviews', { words: mebibytes * 2 ** 13 });

interface WriteOptions {
  readonly seed?: number;
  readonly reducer?: string;
  /** Rows of the table of words. */
  readonly words?: number;
  /** Whether it has factors beside its matrices. */
  readonly isRanked?: boolean;
  readonly points?: readonly ParetoPoint[];
}

const writeModel = async (
  folder: string,
  task: TinyModelName,
  {
    seed = 3,
    reducer = 'attention',
    words: rows = vocabulary.length,
    isRanked = false,
    points = paretoSet,
  }: WriteOptions,
): Promise<void> => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
  await mkdir(path.dirname(folder), { recursive: true });
  const tokenizerFiles = { 'vocab.txt': new TextEncoder().encode(`${vocabulary.join('\n')}\n`) };
  const model = createTaskModel({ ...config, vocab_size: rows }, new Map(), {
    fresh: true,
    seed,
    task: tasks[task],
    reducer: findReducer(reducer),
  });
  model.markTrained(); // as if it had been trained
  const texts = Array.from({ length: 8 }, (_, i) => ({
    ids: Array.from({ length: 9 }, (__, j) => 5 + ((7 * i + 3 * j) % 30)),
  }));
  const saved = isRanked ? (await factoriseModel(model, texts)).model : model;
  await saveModel(folder, {
    model: saved,
    tokenizerFiles,
    lengthAdaptive: { format: 'length-adaptive', version: 2, paretoSet: points },
  });
  for (const { dispose } of [model, saved]) dispose();
};

/** A text of so many words that the models know. */
export const textOf = (count: number, seed = 0): string =>
  Array.from({ length: count }, (_, i) => words[(i * 7 + seed * 3) % words.length]).join(' ');

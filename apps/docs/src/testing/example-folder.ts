import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ParetoPoint } from '@length-adaptive/models';
import { createTaskModel, saveModel } from '@length-adaptive/models';
import { specialTokens, tinyBertConfig, vocabularyFiles } from '@length-adaptive/tools/testing/tiny-bert';
import { workspaceFolder } from '../workspace.js';

const config = {
  ...tinyBertConfig,
  vocab_size: 24,
  max_position_embeddings: 64,
  id2label: { 0: 'negative', 1: 'positive' },
};

const words = 'good great bad poor the a phone case works breaks and it is , . for sound jawbone lasts'.split(' ');
const vocabulary = [...specialTokens, ...words];

/** Cheapest first, as a search writes them. */
const paretoSet: readonly ParetoPoint[] = [
  { point: { lengths: [0.1, 0.1, 0.1] }, score: 0.8, cost: 0.35 },
  { point: { lengths: [0.9, 0.8, 0.7] }, score: 0.9, cost: 0.85 },
  { point: { lengths: [1, 1, 1] }, score: 0.95, cost: 1 },
];

/** A folder in which the programs of pages run: a tiny searched model, some data, and the packages. */
export const exampleFolder = async (): Promise<string> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'length-adaptive-docs-'));
  symlinkSync(path.join(workspaceFolder, 'node_modules'), path.join(folder, 'node_modules'));
  const model = createTaskModel(config, new Map(), { fresh: true, seed: 1 });
  model.markTrained(); // as if it had been trained
  const tokenizerFiles = vocabularyFiles(vocabulary);
  mkdirSync(path.join(folder, 'runs/reviews'), { recursive: true });
  await saveModel(path.join(folder, 'runs/reviews/model'), {
    model,
    tokenizerFiles,
    lengthAdaptive: { format: 'length-adaptive', version: 2, paretoSet },
  });
  model.dispose();
  const rows = Array.from({ length: 12 }, (_, i) =>
    i % 2 === 0 ? 'the phone is good\tpositive' : 'the case is bad\tnegative',
  );
  writeFileSync(path.join(folder, 'dev.tsv'), ['sentence\tlabel', ...rows, ''].join('\n'));
  return folder;
};

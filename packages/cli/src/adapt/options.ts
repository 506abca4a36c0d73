import { choice, number, text } from '../context/option.js';
import type { Settings } from '../context/option.js';
import { trainOptions } from '../train/options.js';

const {
  adapter,
  batchSize,
  checkpointEvery,
  dropRatioBound,
  layerDrop,
  limit,
  maxLength,
  model,
  out,
  overwrite,
  prior,
  reducer,
  resume,
  warmupRatio,
  backend,
  color,
  engine,
  json,
  quiet,
  seed,
  threads,
  tower,
} = trainOptions;

export const adaptOptions = {
  model: { ...model, description: 'original to adapt: a folder, npm:package, web address or Hub repository' },
  adapter,
  tower,
  texts: text(
    'FILE',
    'texts to learn on, a line each (.jsonl, or a list in .json: {"title": "...", "text": "..."}; .gz), or a BEIR folder',
  ),
  queries: text(
    'FILE',
    'rerankers: what is searched for, a query a line or in JSON lines (default: titles, or first sentences)',
  ),
  candidates: number('N', 'rerankers: documents of a query, hits of BM25 among the texts', {
    integer: true,
    min: 2,
    fallback: 8,
  }),
  out,
  devShare: number('SHARE', 'texts (or queries) set aside, on which the nearness to the original is stated', {
    min: 0,
    below: 1,
    fallback: 0.02,
  }),
  epochs: number('N', 'passes over the texts', { integer: true, min: 1, fallback: 1 }),
  reducer,
  prior,
  averaged: choice(
    ['all', 'kept'],
    'embedding models with a mean: over all tokens, or over those that are kept, which starts nearer where tokens are dropped (default kept, for vectors of length 1)',
    undefined,
  ),
  batchSize: { ...batchSize, description: 'texts (or queries with documents) a step (default 16)' },
  learningRate: number('RATE', 'peak learning rate', { min: 0, fallback: 5e-5 }),
  warmupRatio: {
    ...warmupRatio,
    description: 'share of the steps in which the rate rises to its peak (default 0.1)',
    fallback: 0.1,
  },
  dropRatioBound,
  layerDrop,
  subModels: number('N', 'random sub-models a step, beside the smallest', { integer: true, min: 0, fallback: 1 }),
  comparison: number(
    'WEIGHT',
    'weight of what is compared, beside the nearness of each answer: similarities in a batch (default 0.3), documents of a query (default 1)',
    { min: 0, fallback: undefined },
  ),
  temperature: number('T', 'divides similarities (default 0.05) or scores (default 1) before their softmax', {
    min: 0.001,
    fallback: undefined,
  }),
  maxLength: { ...maxLength, description: 'cut texts to N tokens (default: as the model does)' },
  limit: { ...limit, description: 'use a random sample of N texts (or queries)' },
  checkpointEvery,
  resume,
  overwrite,
  ...{ engine, backend, threads, seed, json, quiet, color },
} as const;

/** Settings of `adapt`. */
export type AdaptSettings = Settings<typeof adaptOptions>;

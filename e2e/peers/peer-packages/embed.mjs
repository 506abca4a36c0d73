/** Makes vectors of texts with transformers.js, offline: `node embed.mjs FILE`, a JSON file with "folder", "model", "dtype", "pooling", "texts", prints the vectors. */
import { readFileSync } from 'node:fs';
import { env, pipeline } from '@huggingface/transformers';

const { folder, model, dtype, pooling, texts } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
env.allowRemoteModels = false;
env.localModelPath = folder;
env.useFSCache = false;

const extract = await pipeline('feature-extraction', model, { dtype });
const vectors = [];
for (let from = 0; from < texts.length; from += 50) {
  const batch = await extract(texts.slice(from, from + 50), { pooling, normalize: true });
  vectors.push(...batch.tolist());
}
console.log(JSON.stringify(vectors));

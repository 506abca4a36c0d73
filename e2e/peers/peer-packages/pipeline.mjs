/** Calls a pipeline of transformers.js, offline: `node pipeline.mjs FILE`, a JSON file with "folder", "model", "task" and "calls" (arguments of each call), prints what each gave. */
import { readFileSync } from 'node:fs';
import { env, pipeline } from '@huggingface/transformers';

const { folder, model, task, calls } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
env.allowRemoteModels = false;
env.localModelPath = folder;
env.useFSCache = false;

const call = await pipeline(task, model, { dtype: 'fp32' });
const results = [];
for (const given of calls) {
  const result = await call(...given);
  results.push(result.dims ? { type: result.type, dims: result.dims, data: Array.from(result.data, Number) } : result);
}
console.log(JSON.stringify(results));

/** Classifies texts with transformers.js, offline: `node classify.mjs '{"folder", "model", "dtype", "texts"}'` prints label and score of every class. */
import { env, pipeline } from '@huggingface/transformers';

const { folder, model, dtype, texts } = JSON.parse(process.argv[2] ?? '');
env.allowRemoteModels = false;
env.localModelPath = folder;
env.useFSCache = false;

const classify = await pipeline('text-classification', model, { dtype });
console.log(JSON.stringify(await classify(texts, { top_k: null })));

/** Labels of texts by transformers.js, offline: `node zero-shot.mjs '{"folder", "model", "dtype", "texts", "labels", "options"}'` prints labels with scores for each text. */
import { env, pipeline } from '@huggingface/transformers';

const { folder, model, dtype, texts, labels, options } = JSON.parse(process.argv[2] ?? '');
env.allowRemoteModels = false;
env.localModelPath = folder;
env.useFSCache = false;

const classify = await pipeline('zero-shot-classification', model, { dtype });
console.log(JSON.stringify(await classify(texts, labels, options)));

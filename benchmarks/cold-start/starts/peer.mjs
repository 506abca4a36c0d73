/** `node peer.mjs FOLDER MODEL ENTRY`: the same by transformers.js, of a model in FOLDER/MODEL/onnx/model.onnx. */
const [folder, model = '', entry = ''] = process.argv.slice(2);
const start = performance.now();
const { env, pipeline } = await import(entry);
Object.assign(env, { allowRemoteModels: false, localModelPath: folder, useFSCache: false });
const options = { dtype: 'fp32', device: 'cpu', local_files_only: true, session_options: { logSeverityLevel: 3 } };
const extract = await pipeline('feature-extraction', model, options);
await extract('The sound is excellent.', { pooling: 'mean', normalize: true });
console.log(performance.now() - start);
process.exit(0);

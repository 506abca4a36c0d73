/** `node tfjs.mjs MODEL`: the same on the wasm backend of TensorFlow.js. */
const start = performance.now();
const [{ load }, { startBackend }] = await Promise.all([
  import('@length-adaptive/models'),
  import('@length-adaptive/core/backend'),
]);
await startBackend({ backends: ['wasm'] });
const predictor = await load(process.argv[2] ?? '');
await predictor.embed('The sound is excellent.');
console.log(performance.now() - start);
process.exit(0);

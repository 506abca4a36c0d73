/** `node tfjs.mjs MODEL`: the same on the wasm backend of TensorFlow.js. */
const entries = ['@length-adaptive/models', '@length-adaptive/core/backend']; // no literals, as in onnx.mjs
const start = performance.now();
const [{ load }, { startBackend }] = await Promise.all(entries.map((entry) => import(entry)));
await startBackend({ backends: ['wasm'] });
const predictor = await load(process.argv[2] ?? '');
await predictor.embed('The sound is excellent.');
console.log(performance.now() - start);
process.exit(0);

/** `node onnx.mjs MODEL`: prints the milliseconds from `import` to the first answer on ONNX Runtime. */
const entry = '@length-adaptive/onnx'; // no literal: a library that is imported so is taken for one that nobody imports at once
const start = performance.now();
const { loadOnnx } = await import(entry);
const predictor = await loadOnnx(process.argv[2] ?? '');
await predictor.embed('The sound is excellent.');
console.log(performance.now() - start);
process.exit(0);

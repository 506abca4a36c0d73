/** `node onnx.mjs MODEL`: prints the milliseconds from `import` to the first answer on ONNX Runtime. */
const start = performance.now();
const { loadOnnx } = await import('@length-adaptive/onnx');
const predictor = await loadOnnx(process.argv[2] ?? '');
await predictor.embed('The sound is excellent.');
console.log(performance.now() - start);
process.exit(0);

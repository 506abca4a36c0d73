/** Answers on ONNX Runtime Web, in WebAssembly, and prints them: `node -C @length-adaptive/source --import tsx run-on-web-runtime.ts FOLDER LENGTH_CONFIG TEXT...`. */
import { loadOnnx } from '@length-adaptive/onnx';
import type { OnnxRuntime } from '@length-adaptive/onnx';
import * as web from 'onnxruntime-web';

const [folder = '', lengths = '', ...texts] = process.argv.slice(2);
const predictor = await loadOnnx(folder, { runtime: web as unknown as OnnxRuntime, threads: 1, providers: ['wasm'] });
const predictions = await predictor.predict(texts, { point: { lengths: lengths.split(' ').map(Number) } });
console.log(JSON.stringify(predictions.map(({ probabilities }) => probabilities)));
process.exit(); // the runtime's WebAssembly keeps the process alive

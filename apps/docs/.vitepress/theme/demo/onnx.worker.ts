import { createReranker } from '@length-adaptive/models/predict';
import { servePredictor } from '@length-adaptive/models/worker/serve';
import { loadOnnx, openOnnx } from '@length-adaptive/onnx';
import type { OnnxRuntime } from '@length-adaptive/onnx';
import * as ort from 'onnxruntime-web/wasm';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';

ort.env.wasm.wasmPaths = { wasm: new URL(wasm, location.href).href };

/** As the page called the worker. */
const precision = (globalThis as { readonly name?: string }).name === 'int8' ? 'int8' : 'fp32';
const runsOn = { precision, runtime: ort as unknown as OnnxRuntime, threads: 1, providers: ['wasm'] } as const;

servePredictor({
  open: async (source, { backends: _, wasmPaths: __, ...options }) => ({
    predictor: await loadOnnx(source, { ...options, ...runsOn }),
  }),
  openReranker: async (source, { backends: _, wasmPaths: __, label, scale, windowLength, stride, ...options }) => ({
    reranker: createReranker(await openOnnx(source, { ...options, ...runsOn }), { label, scale, windowLength, stride }),
  }),
});

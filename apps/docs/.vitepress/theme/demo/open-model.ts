import { createWorkerPredictor, createWorkerReranker } from '@length-adaptive/models/worker';
import type { WorkerPredictor, WorkerPredictorOptions, WorkerReranker } from '@length-adaptive/models/worker';
import wasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import { withBase } from 'vitepress';

/** The address of a model of this site. */
const modelAddress = (id: string): string => new URL(withBase(`/models/${id}`), location.href).href;

/** A worker with TensorFlow.js in it. */
const tensorFlowWorker = (): Worker => new Worker(new URL('./model.worker.ts', import.meta.url), { type: 'module' });

/** Where the WebAssembly of TensorFlow.js lies. */
const wasmPaths = (): Record<string, string> => ({
  'tfjs-backend-wasm-simd.wasm': new URL(wasm, location.href).href,
});

/** Opens a model of this site in a worker, on TensorFlow.js. */
export const openModel = (id: string, options: WorkerPredictorOptions): Promise<WorkerPredictor> =>
  createWorkerPredictor(tensorFlowWorker(), modelAddress(id), { wasmPaths: wasmPaths(), ...options });

/** The same of a reranker. */
export const openReranker = (id: string, options: WorkerPredictorOptions): Promise<WorkerReranker> =>
  createWorkerReranker(tensorFlowWorker(), modelAddress(id), { wasmPaths: wasmPaths(), ...options });

/** The worker goes by its name; each is written out, for Vite reads these lines. */
const onnxWorkers = {
  fp32: () => new Worker(new URL('./onnx.worker.ts', import.meta.url), { type: 'module', name: 'fp32' }),
  int8: () => new Worker(new URL('./onnx.worker.ts', import.meta.url), { type: 'module', name: 'int8' }),
};

/** The same on ONNX Runtime Web, whose 14 MB of WebAssembly come with it. */
export const openOnOnnx = (
  id: string,
  precision: keyof typeof onnxWorkers,
  options: WorkerPredictorOptions,
): Promise<WorkerPredictor> => createWorkerPredictor(onnxWorkers[precision](), modelAddress(id), options);

/** The same of a reranker, in 8-bit integers. */
export const openRerankerOnOnnx = (id: string, options: WorkerPredictorOptions): Promise<WorkerReranker> =>
  createWorkerReranker(onnxWorkers.int8(), modelAddress(id), options);

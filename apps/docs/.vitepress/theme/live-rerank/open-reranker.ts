import { createWorkerReranker } from '@length-adaptive/models/worker';
import type { WorkerPredictorOptions, WorkerReranker } from '@length-adaptive/models/worker';
import wasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import { modelAddress } from '../demo/open-model.js';

/** Opens the site's cross-encoder in a worker. */
export const openReranker = (options: WorkerPredictorOptions): Promise<WorkerReranker> => {
  const worker = new Worker(new URL('../demo/model.worker.ts', import.meta.url), { type: 'module' });
  return createWorkerReranker(worker, modelAddress('rerank'), {
    wasmPaths: { 'tfjs-backend-wasm-simd.wasm': new URL(wasm, location.href).href },
    ...options,
  });
};

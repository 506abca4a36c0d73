import { createWorkerPredictor } from '@length-adaptive/models/worker';
import type { WorkerPredictor, WorkerPredictorOptions } from '@length-adaptive/models/worker';
import wasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import { withBase } from 'vitepress';

/** The address of a model of this site. */
export const modelAddress = (id: string): string => new URL(withBase(`/models/${id}`), location.href).href;

/** Opens a model of this site in a worker. */
export const openModel = (id: string, options: WorkerPredictorOptions): Promise<WorkerPredictor> => {
  const worker = new Worker(new URL('./model.worker.ts', import.meta.url), { type: 'module' });
  return createWorkerPredictor(worker, modelAddress(id), {
    wasmPaths: { 'tfjs-backend-wasm-simd.wasm': new URL(wasm, location.href).href },
    ...options,
  });
};

/**
 * Kernels that TensorFlow.js' wasm backend lacks or does badly, as the sub-path `@length-adaptive/core/wasm`.
 * Works in browsers, workers and Node.
 */
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import { CoreError } from '../errors.js';
import { installBatchMatMul } from './batch-mat-mul.js';
import { installFusedMatMul } from './fused-mat-mul.js';
import { installIdentity } from './identity.js';
import { installUnsortedSegmentSum } from './unsorted-segment-sum.js';

let installed = false;

/** Registers the kernels. May be called before or after the backend has started; a second call does nothing. */
export const installWasmKernels = (): void => {
  if (installed) return;
  installed = true;
  installBatchMatMul();
  installFusedMatMul();
  installIdentity();
  installUnsortedSegmentSum();
};

/**
 * Makes wasm, with these kernels, the backend that TensorFlow.js runs on.
 *
 * In Node this runs on one thread; `useWasmThreads` of `@length-adaptive/core/wasm/node` uses more. In a browser the
 * threaded build is chosen by TensorFlow.js itself where the page is cross-origin isolated.
 *
 * @throws CoreError `BACKEND_UNAVAILABLE`
 */
export const useWasm = async (): Promise<void> => {
  installWasmKernels();
  const started = await tf.setBackend('wasm');
  if (!started) {
    throw new CoreError(
      'BACKEND_UNAVAILABLE',
      'The wasm backend did not start; are its .wasm files reachable (setWasmPaths)?',
    );
  }
  await tf.ready();
};

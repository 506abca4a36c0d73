import { useWasmThreads } from '@length-adaptive/core/wasm/node';
import * as tf from '@tensorflow/tfjs';
import { CliError } from '../context/errors.js';

/** Backends of TensorFlow.js. */
export type BackendName = 'wasm' | 'cpu';

export interface BackendSettings {
  /** Default wasm. */
  readonly backend: BackendName | undefined;
  readonly threads: number | undefined;
}

/**
 * Starts what TensorFlow.js computes with.
 *
 * @throws CoreError or CliError `BACKEND_UNAVAILABLE`
 */
export const startBackend = async ({ backend = 'wasm', threads }: BackendSettings): Promise<void> => {
  tf.enableProdMode(); // or TensorFlow.js prints an advertisement
  if (backend === 'wasm') return useWasmThreads(threads === undefined ? {} : { threads });
  if (!(await tf.setBackend('cpu'))) throw new CliError('BACKEND_UNAVAILABLE', 'The cpu backend did not start.');
  await tf.ready();
};

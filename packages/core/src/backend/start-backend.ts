import * as tf from '@tensorflow/tfjs';
import { CoreError, messageOf } from '../errors.js';
import { backendNames, racers } from './backend-name.js';
import type { BackendName } from './backend-name.js';
import type { RaceShape } from './race.js';
import type { PassedOver, StartedBackend } from './started-backend.js';
import { startWasm } from './start-wasm.js';
import type { WasmPaths } from './start-wasm.js';
import { startWebGpu } from './start-webgpu.js';

export interface StartBackendOptions {
  /** Which to try, in this order. Default webgpu, wasm, cpu. */
  readonly backends?: readonly BackendName[] | undefined;
  /** Where the three `.wasm` files of `@tensorflow/tfjs-backend-wasm` are: a folder's address, or the address of each by name. Default: beside the script (Node: in the package). */
  readonly wasmPaths?: WasmPaths | undefined;
  /** Threads of wasm, where the page is cross-origin isolated and its threaded build is served; elsewhere it runs on one. Default: half of the logical processors. */
  readonly threads?: number | undefined;
  /**
   * The shape of the model that shall run. WebGPU and wasm, if both are in the list and work here, then each run a pass of it a few times, and the faster
   * becomes the backend, whichever comes first in the list; what they took is remembered for this device, in the browser's Cache API. Default: the order of the list decides.
   */
  readonly race?: RaceShape | undefined;
}

/** How a backend starts: gives what it computes on, throws why it cannot. */
type Start = (options: StartBackendOptions & { readonly last: boolean }) => Promise<string>;

const startCpu: Start = async () => {
  if (!tf.findBackendFactory('cpu')) await import('@tensorflow/tfjs-backend-cpu'); // part of `@tensorflow/tfjs`, not of its core
  if (!(await tf.setBackend('cpu'))) throw new Error('it did not start');
  return 'plain JavaScript, many times slower than the others';
};

const starts: Readonly<Record<BackendName, Start>> = { webgpu: startWebGpu, wasm: startWasm, cpu: startCpu };

const check = (backends: readonly BackendName[]): void => {
  const unknown = backends.find((name) => !backendNames.includes(name));
  if (unknown === undefined && backends.length > 0) return;
  const came = unknown === undefined ? 'backends is empty' : `"${unknown}" is no backend`;
  throw new CoreError('OPTION_INVALID', `${came}; expected one or more of ${backendNames.join(', ')}.`);
};

/**
 * Starts the first backend of a list that works here, and says why it is that one. A WebGPU adapter that is software is passed over while
 * another backend is left to try: WebAssembly is faster.
 *
 * `@tensorflow/tfjs-backend-webgpu` and `@tensorflow/tfjs-backend-wasm` are asked for when their turn comes; one that is not installed is passed over.
 *
 * @throws CoreError `BACKEND_UNAVAILABLE` when none works, `OPTION_INVALID` for an unknown name
 * @example
 * const { backend, reason } = await startBackend();
 * console.log(`Runs on ${backend}: ${reason}`);
 */
export const startBackend = async (options: StartBackendOptions = {}): Promise<StartedBackend> => {
  const { backends = backendNames } = options;
  check(backends);
  tf.enableProdMode(); // or TensorFlow.js prints an advertisement
  const { race } = options;
  if (race && racers.every((name) => backends.includes(name))) {
    const { raceBackends } = await import('./race-backends.js');
    const won = await raceBackends(race, (name) => starts[name]({ ...options, last: false }));
    if (won) return won;
  }
  const passedOver: PassedOver[] = [];
  for (const backend of backends) {
    try {
      const how = await starts[backend]({ ...options, last: backend === backends.at(-1) });
      await tf.ready();
      return {
        backend,
        reason: [how, ...passedOver.map((other) => `${other.backend} was passed over: ${other.reason}`)].join('; '),
        passedOver,
      };
    } catch (error) {
      passedOver.push({ backend, reason: messageOf(error) });
    }
  }
  throw new CoreError(
    'BACKEND_UNAVAILABLE',
    `No backend works here. ${passedOver.map(({ backend, reason }) => `${backend}: ${reason}`).join('; ')}.`,
  );
};

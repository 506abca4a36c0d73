import * as tf from '@tensorflow/tfjs';
import { runningBackend } from '../wasm/backend.js';

/** The address of the folder that holds TensorFlow.js' `.wasm` files, ending in `/`; or addresses by file name, of all three or of those that are served (without the threaded build it runs on one thread). */
export type WasmPaths = string | Readonly<Record<string, string>>;

const fileNames = [
  'tfjs-backend-wasm.wasm',
  'tfjs-backend-wasm-simd.wasm',
  'tfjs-backend-wasm-threaded-simd.wasm',
] as const;

const threaded = fileNames[2];

/** Addresses of all files, as TensorFlow.js wants them, where a page serves only some: what is not there is then not asked for. */
const complete = (paths: Readonly<Record<string, string>>): Record<string, string> => {
  const unknown = Object.keys(paths).find((name) => !fileNames.some((known) => known === name));
  if (unknown !== undefined) throw new Error(`wasmPaths names "${unknown}"; expected ${fileNames.join(', ')}`);
  if (paths[threaded] === undefined) tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  const [first = ''] = fileNames.flatMap((name) => paths[name] ?? []);
  return Object.fromEntries(fileNames.map((name) => [name, paths[name] ?? first]));
};

/**
 * Makes wasm, with the kernels of `@length-adaptive/core/wasm`, the backend.
 *
 * @returns what it computes on
 * @throws Error that says why it cannot be
 */
export const startWasm = async ({
  wasmPaths,
  threads: wanted,
}: {
  readonly wasmPaths?: WasmPaths | undefined;
  readonly threads?: number | undefined;
}): Promise<string> => {
  const { getThreadsCount, setThreadsCount, setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated;
  const mayChoose = wanted !== undefined && isolated === true && !runningBackend();
  if (mayChoose) setThreadsCount(wanted);
  if (wasmPaths !== undefined && !runningBackend())
    setWasmPaths(typeof wasmPaths === 'string' ? wasmPaths : complete(wasmPaths));
  const { useWasm } = await import('../wasm/index.js');
  await (mayChoose ? withProcessors(2 * wanted, useWasm) : useWasm());
  const threads = countThreads(getThreadsCount);
  return `WebAssembly on ${threads} ${threads === 1 ? 'thread' : 'threads'}${isolated === false ? ' (the page is not cross-origin isolated, so it may use no more)' : ''}`;
};

/** Starts something that sees so many processors: TensorFlow.js' threaded build uses at most half of those that it sees. */
const withProcessors = async (count: number, start: () => Promise<void>): Promise<void> => {
  const { navigator } = globalThis as unknown as { readonly navigator: object };
  const name = 'hardwareConcurrency';
  const own = Object.getOwnPropertyDescriptor(navigator, name);
  Object.defineProperty(navigator, name, { value: count, configurable: true });
  try {
    await start();
  } finally {
    if (own) Object.defineProperty(navigator, name, own);
    else Reflect.deleteProperty(navigator, name);
  }
};

/** Threads of the build that runs; 1 of a build without threads, which does not say. */
const countThreads = (count: () => number): number => {
  try {
    return Math.max(1, count());
  } catch {
    return 1;
  }
};

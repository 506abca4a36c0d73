/** The threaded wasm build in Node, as the sub-path `@length-adaptive/core/wasm/node`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import { runningBackend } from './backend.js';
import { useWasm } from './index.js';

export { installWasmKernels, useWasm } from './index.js';

export interface WasmThreadsOptions {
  /** Threads to compute with. Default: the cores of this machine, at most 8. */
  readonly threads?: number;
}

/**
 * Makes wasm with several threads the backend that TensorFlow.js runs on, in Node.
 *
 * TensorFlow.js ships a threaded build but starts it in browsers only. Three things are missing in Node and supplied
 * while it starts: the flag that allows it, a `Worker` for its thread pool, and a core count that is not halved.
 * Must be called before anything has run on the wasm backend. The threads do not keep the process alive.
 *
 * @throws CoreError `BACKEND_UNAVAILABLE`
 */
export const useWasmThreads = async ({
  threads = Math.min(8, os.cpus().length),
}: WasmThreadsOptions = {}): Promise<void> => {
  if (threads <= 1 || runningBackend()) return useWasm();

  const require = createRequire(import.meta.url);
  const build = path.join(path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'wasm-out');
  const { wasmWorkerContents } = require(path.join(build, 'tfjs-backend-wasm-threaded-simd.worker.js')) as {
    wasmWorkerContents: string;
  };
  const folder = mkdtempSync(path.join(os.tmpdir(), 'length-adaptive-'));
  const script = path.join(folder, 'thread.js');
  // The contents are text for a blob URL, with line breaks inside string literals that a file must escape.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(script, wasmWorkerContents.replace(/\n/g, '\\n'));

  const glue = path.join(build, 'tfjs-backend-wasm-threaded-simd.js');
  const workers: Worker[] = [];
  class ThreadWorker extends Worker {
    constructor() {
      super(script, { execArgv: [] }); // flags of this process, such as --input-type, are not for its threads
      workers.push(this);
    }
    override postMessage(message: { cmd?: string; urlOrBlob?: string }, transfer?: never): void {
      if (message.cmd === 'load') message.urlOrBlob = glue;
      super.postMessage(message, transfer);
    }
  }

  const stockCpus = os.cpus;
  const stockWorker = Object.getOwnPropertyDescriptor(globalThis, 'Worker');
  try {
    Object.defineProperty(globalThis, 'Worker', { configurable: true, get: () => ThreadWorker, set: () => undefined });
    os.cpus = () => [...stockCpus(), ...stockCpus()]; // the build uses at most half of the cores it sees
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', true);
    setThreadsCount(threads);
    await useWasm();
    // Only now: listening for their first messages has tied them to the event loop again.
    for (const worker of workers) worker.unref();
  } finally {
    os.cpus = stockCpus;
    if (stockWorker) Object.defineProperty(globalThis, 'Worker', stockWorker);
    else delete (globalThis as { Worker?: unknown }).Worker;
  }
};

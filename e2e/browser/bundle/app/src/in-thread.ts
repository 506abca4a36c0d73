/** For the test: what a page can do itself, without a worker. */
import { startBackend } from '@length-adaptive/core/backend';
import type { StartBackendOptions } from '@length-adaptive/core/backend';
import { load } from '@length-adaptive/models';
import type { PredictOptions } from '@length-adaptive/models';
import { createWorkerPredictor } from '@length-adaptive/models/worker';
import type { DownloadProgress, WorkerPredictorOptions } from '@length-adaptive/models/worker';
import wasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import * as tf from '@tensorflow/tfjs';

const wasmPaths = { 'tfjs-backend-wasm-simd.wasm': wasm };
const source = new URL('/models/sentiment', location.href).href;

/** Answers in this thread, on one of the backends. */
const predictHere = async (backends: StartBackendOptions['backends'], texts: string[], options: PredictOptions) => {
  const started = await startBackend({ backends, wasmPaths });
  const progress: DownloadProgress[] = [];
  const predictor = await load(source, { onProgress: (own) => progress.push(own) });
  const before = tf.memory().numTensors;
  const answers = await predictor.predict(texts, options);
  const leaked = tf.memory().numTensors - before;
  const inspection = await predictor.inspect(texts[0] ?? '', options);
  predictor.dispose();
  return { ...started, answers, layers: inspection.layers, progress, leaked, tensorsLeft: tf.memory().numTensors };
};

/** The longest that this thread was blocked while a worker answered, in ms. */
const predictInWorker = async (
  texts: string[],
  predictOptions: PredictOptions,
  options: WorkerPredictorOptions = {},
) => {
  const worker = new Worker(new URL('./model.worker.ts', import.meta.url), { type: 'module' });
  const predictor = await createWorkerPredictor(worker, source, { ...options, wasmPaths });
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  const start = performance.now();
  const answers = await predictor.predict(texts, predictOptions);
  const took = performance.now() - start;
  clearInterval(timer);
  const { layers } = await predictor.inspect(texts[0] ?? '', predictOptions);
  predictor.dispose();
  return { backend: predictor.backend?.backend, answers, layers, longest, took };
};

/** How an opening that is stopped ends. */
const stopOpening = async () => {
  const worker = new Worker(new URL('./model.worker.ts', import.meta.url), { type: 'module' });
  const controller = new AbortController();
  const opening = createWorkerPredictor(worker, source, {
    wasmPaths,
    cacheFolder: false,
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  const end = await opening.then(
    () => 'opened',
    ({ code }: { code: string }) => code,
  );
  worker.terminate();
  return end;
};

/** What wasm runs on when so many threads are asked for, and what it answers. */
const predictOnThreads = async (threads: number, texts: string[]) => {
  const processors = navigator.hardwareConcurrency;
  const { reason } = await startBackend({ backends: ['wasm'], wasmPaths: '/tfjs/', threads });
  const predictor = await load(source);
  const answers = await predictor.predict(texts);
  return { reason, answers, unchanged: navigator.hardwareConcurrency === processors };
};

Object.assign(globalThis, { predictHere, predictInWorker, predictOnThreads, stopOpening });

import type { Worker } from 'node:worker_threads';
import type { WebWorkerLike } from '../workers/index.js';

/** A worker thread with the face of a Web Worker, and no more than that. */
export const webShaped = (worker: Worker): WebWorkerLike => ({
  postMessage: (message) => worker.postMessage(message),
  terminate: () => void worker.terminate(),
  addEventListener: (type, listener) => {
    if (type === 'message') worker.on('message', (data) => listener({ data }));
    if (type === 'error')
      worker.on('error', (error) => listener({ message: error.message, error, preventDefault: () => undefined }));
  },
});

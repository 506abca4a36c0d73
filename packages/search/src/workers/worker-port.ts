import { SearchError } from '../errors.js';
import { nodeBuiltin } from './node-builtin.js';

/** A worker's connection to the thread that started it. */
export interface WorkerPort {
  post(message: unknown): void;
  listen(listener: (message: unknown) => void): void;
}

interface NodePort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): void;
}

/** The global scope of a Web Worker. */
interface WorkerScope {
  postMessage?(message: unknown): void;
  addEventListener?(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/**
 * The connection of the worker that this runs in: Node's `parentPort`, or the global scope of a Web Worker.
 *
 * @throws SearchError `NOT_A_WORKER`
 */
export const workerPort = (): WorkerPort => {
  const { parentPort, isMainThread } =
    nodeBuiltin<{ parentPort: NodePort | null; isMainThread: boolean }>('node:worker_threads') ?? {};
  if (parentPort) {
    return {
      post: (message) => parentPort.postMessage(message),
      listen: (listener) => void parentPort.on('message', listener),
    };
  }
  const scope = globalThis as WorkerScope;
  const { postMessage, addEventListener } = scope;
  // In a Web Worker of Deno isMainThread is true; in the main thread of Bun there is a postMessage, as there is in a page.
  const main = 'document' in scope || (isMainThread && !('WorkerGlobalScope' in scope));
  if (main || !postMessage || !addEventListener) {
    throw new SearchError(
      'NOT_A_WORKER',
      'serveEvaluations was called outside a worker: call it in the file that workerPool starts as one.',
    );
  }
  return {
    post: (message) => postMessage.call(scope, message),
    listen: (listener) => addEventListener.call(scope, 'message', ({ data }) => listener(data)),
  };
};

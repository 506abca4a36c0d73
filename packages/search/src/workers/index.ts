/** Evaluations on other threads, as the sub-path `@length-adaptive/search/workers`: the same in Node, browsers, Deno and Bun. */
export { workerPool } from './worker-pool.js';
export type { WorkerPool, WorkerPoolOptions } from './worker-pool.js';
export { serveEvaluations } from './serve-evaluations.js';
export type { WorkerContext } from './protocol.js';
export type { NodeWorkerLike, WebWorkerLike, WorkerLike } from './worker-like.js';

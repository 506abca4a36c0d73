export { workerPool } from './worker-pool.js';
export type { WorkerPool, WorkerPoolOptions } from './worker-pool.js';
export { serveEvaluations } from './serve-evaluations.js';
export type { WorkerContext } from './protocol.js';
export type { NodeWorkerLike, WebWorkerLike, WorkerLike } from './worker-like.js';

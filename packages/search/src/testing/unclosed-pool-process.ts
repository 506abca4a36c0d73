/** Opens a pool, evaluates, prints, and never closes it. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { workerPool } from '../workers/index.js';

const pool = workerPool({ worker: () => new Worker(join(import.meta.dirname, 'evaluating-worker.cjs')), size: 1 });
const results = await pool.evaluate([{ x: 1 }, { x: 2, ms: 20 }], { generation: 0, keys: ['1', '2'] });
process.stdout.write(JSON.stringify(results));

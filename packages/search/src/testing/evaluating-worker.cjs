/** Starts evaluating-worker.ts: a worker thread takes no `--import` of its own. */
require('tsx/cjs');
require('./evaluating-worker.ts');

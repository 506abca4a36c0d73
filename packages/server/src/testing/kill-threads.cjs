/** Loaded into a server that is tested: SIGUSR2 kills one of its threads, as running out of memory would. */
const threads = require('node:worker_threads');

if (threads.isMainThread) {
  const alive = new Set();
  const { Worker } = threads;
  class Watched extends Worker {
    constructor(...args) {
      super(...args);
      alive.add(this);
      this.once('exit', () => alive.delete(this));
    }
  }
  threads.Worker = Watched;
  require('node:module').syncBuiltinESMExports();
  process.on('SIGUSR2', () => {
    for (const worker of alive) {
      void worker.terminate();
      return;
    }
  });
}

/**
 * Loaded into a server that is tested: SIGUSR2 ends one of its threads in the middle of a batch, as running out of memory would. The thread
 * ends itself, between two calls: whoever ends a thread from outside may do so inside of native code, which takes the process with it.
 */
const { BroadcastChannel, isMainThread, threadId, Worker } = require('node:worker_threads');

const channel = new BroadcastChannel('length-adaptive-kill-threads');
channel.unref();

if (isMainThread) {
  const alive = new Set();
  class Watched extends Worker {
    constructor(...args) {
      super(...args);
      const { threadId: id } = this; // it is -1 once the thread has ended
      alive.add(id);
      this.once('exit', () => alive.delete(id));
    }
  }
  require('node:worker_threads').Worker = Watched;
  require('node:module').syncBuiltinESMExports();
  process.on('SIGUSR2', () => channel.postMessage([...alive][0]));
} else {
  channel.onmessage = ({ data }) => {
    if (data === threadId) process.exit(7);
  };
  channel.unref();
}

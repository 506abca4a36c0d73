#!/usr/bin/env node
import { main } from './main.js';

const interruption = new AbortController();
const interrupt = (): void => {
  if (interruption.signal.aborted) process.exit(130); // the second Ctrl-C does not wait
  interruption.abort();
};
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);

// The reader of our output may leave early, as `head` does: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
process.stderr.on('error', () => undefined);

void main(process.argv.slice(2), { signal: interruption.signal }).then((code) => {
  process.off('SIGINT', interrupt);
  process.off('SIGTERM', interrupt);
  process.exitCode = code;
  // Threads of the backend may keep the process alive: end it once everything is written.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
});

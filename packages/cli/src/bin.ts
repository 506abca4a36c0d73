#!/usr/bin/env node
import { writeSync } from 'node:fs';
import module from 'node:module';

// Node 22 and newer: what is loaded from here on is compiled once, and not at every start.
(module as { readonly enableCompileCache?: () => unknown }).enableCompileCache?.();

const interruption = new AbortController();
const interrupt = (): void => {
  if (interruption.signal.aborted) process.exit(130); // the second Ctrl-C does not wait
  interruption.abort();
};
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);

/** Ends a process whose output cannot be written. The reader may leave early, as `head` does: that is no failure. */
const endWithout = ({ code, message }: NodeJS.ErrnoException): never => {
  if (code !== 'EPIPE') writeSync(2, `error: stdout cannot be written: ${message}.\n`);
  process.exit(code === 'EPIPE' ? 0 : 1);
};
process.stdout.on('error', endWithout);
process.stderr.on('error', () => undefined);

const run = async (): Promise<number> =>
  (await import('./main.js')).main(process.argv.slice(2), { signal: interruption.signal });

void run().then((code) => {
  process.off('SIGINT', interrupt);
  process.off('SIGTERM', interrupt);
  process.exitCode = code;
  // Threads of the backend may keep the process alive: end it once everything is written.
  process.stdout.write('', (failed) => {
    const error = process.stdout.errored ?? failed; // it may not have been told yet
    if (error) endWithout(error);
    process.stderr.write('', () => process.exit(code));
  });
});

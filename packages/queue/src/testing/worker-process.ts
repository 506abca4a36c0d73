/** A worker as a process of its own: `worker-process.ts '{"connection": ..., "queue": ...}'`; says on stdout what happens. */
import { startWorker, type WorkerOptions } from '../index.js';

const options = JSON.parse(process.argv[2] ?? '{}') as Omit<WorkerOptions, 'processor'>;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

process.on('unhandledRejection', (error) => {
  say(`unhandled ${String(error)}`);
  process.exit(9);
});

const worker = await startWorker({
  ...options,
  processor: new URL('./evaluate-task.ts', import.meta.url),
  onJob: ({ key, failed }) => say(failed === undefined ? `done ${key}` : `failed ${key}: ${failed}`),
  onError: (error) => say(`trouble ${error.message}`),
});
process.on('SIGTERM', () => say('leaving'));
say('ready');
await worker.closed;
say('closed');

import { availableParallelism } from 'node:os';
import type { Context } from '../context/command.js';
import type { WorkerSettings } from './worker-options.js';
import { required } from '../context/settings.js';
import { defaultQueue, queuePackage } from './queue-package.js';
import { scoreJobFile } from './score-job-file.js';
import type { WorkerEngine } from './score-job.js';

/** What `worker` prints when it has stopped. */
export interface WorkerResult {
  readonly scored: number;
  /** Tries that failed; a search may have tried again. */
  readonly failed: number;
}

/** Scores configurations of searches until it is stopped. */
export const worker = async (settings: WorkerSettings, { note, print, signal }: Context): Promise<void> => {
  const connection = required(settings.redis, 'redis');
  const { queue = defaultQueue, concurrency, engine, precision, backend, adapter, tower } = settings;
  const threads =
    settings.threads ?? (concurrency > 1 ? Math.max(1, Math.floor(availableParallelism() / concurrency)) : undefined);
  const own: WorkerEngine = {
    engine,
    ...(precision && { precision }),
    ...(backend && { backend }),
    ...(threads && { threads }),
    ...(adapter !== undefined && { adapter }),
    ...(tower && { tower }),
  };
  const { showAddress, startWorker } = await queuePackage();
  let result: WorkerResult = { scored: 0, failed: 0 };
  let trouble = '';
  const running = await startWorker({
    ...{ connection, queue, concurrency, signal, processor: scoreJobFile(), settings: own },
    onJob: ({ failed }) => {
      result = {
        scored: result.scored + (failed === undefined ? 1 : 0),
        failed: result.failed + (failed === undefined ? 0 : 1),
      };
      if (failed !== undefined) note(`failed: ${failed}`);
    },
    onError: ({ message }) => {
      if (message !== trouble) note(`Redis: ${message}`);
      trouble = message; // it comes again with every attempt to reconnect
    },
  });
  note(
    `Working for ${showAddress(connection)}, queue ${queue}${concurrency > 1 ? `, ${concurrency} configurations at a time` : ''}. Ctrl-C finishes what runs and stops.`,
  );
  await running.closed;
  if (settings.json) print(JSON.stringify(result));
  else note(`Scored ${result.scored} configurations${result.failed > 0 ? `, failed at ${result.failed}` : ''}.`);
};

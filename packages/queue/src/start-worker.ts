import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'bullmq';
import { invalidOption, QueueError } from './errors.js';
import type { JobData } from './job.js';
import { openRedis, type OpenRedis } from './open-redis.js';
import { checkQueueName, checkWhole, DEFAULT_QUEUE } from './options.js';
import type { SandboxData } from './processor.js';
import type { RedisConnection } from './redis-address.js';
import { onStop } from './stop.js';

/** How a worker works. */
export interface WorkerOptions {
  /** The Redis that holds the queue. */
  readonly connection: RedisConnection;
  /** Name of the queue. Default `evaluations`. */
  readonly queue?: string;
  /** The module whose `evaluate` measures a genome (see `EvaluateGenome`): a URL, or a path from the current folder. */
  readonly processor: URL | string;
  /** What the processor is told beside genome and study, such as a number of threads: plain data. */
  readonly settings?: unknown;
  /** Genomes at a time, each in a thread of its own. Default 1. */
  readonly concurrency?: number;
  /** Milliseconds after which the job of a worker that died goes to another; one that lives renews its claim. Default 30,000. */
  readonly lockDurationMs?: number;
  /** How often a job may lose its worker before it counts as failed. 2 or more; default 3. */
  readonly maxStalledCount?: number;
  /** Closes the worker when it aborts. Default: SIGTERM and SIGINT of this process do. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each try. */
  readonly onJob?: ((job: { readonly key: string; readonly failed?: string }) => void) | undefined;
  /** Called with troubles that pass, such as a Redis that is away for a moment. */
  readonly onError?: ((error: Error) => void) | undefined;
}

/** A worker that takes jobs. */
export interface QueueWorker {
  /** Takes no further job, waits for those that run, and disconnects. */
  close(): Promise<void>;
  /** Resolves when it is closed, by whatever. */
  readonly closed: Promise<void>;
}

const processorUrl = (processor: URL | string): string => {
  const url =
    processor instanceof URL || /^file:/.test(processor) ? new URL(processor) : pathToFileURL(resolve(processor));
  if (url.protocol === 'file:' && existsSync(fileURLToPath(url))) return url.href;
  throw new QueueError(
    'PROCESSOR_INVALID',
    `The processor ${url.protocol === 'file:' ? fileURLToPath(url) : url.href} does not exist; expected a JavaScript module on this machine that exports "evaluate".`,
  );
};

/** The module that BullMQ runs in its threads; where this package runs from its sources it is TypeScript, which a loader must know. */
const sandboxUrl = (): URL =>
  new URL(import.meta.url.endsWith('.ts') ? './sandbox.ts' : './sandbox.js', import.meta.url);

/** Milliseconds that a worker which closes waits for a Redis that is away, to hand in what it has. */
const AWAY_MS = 3_000;

/** Closes a worker: waits for its jobs, but not for a Redis that stays away. */
const closeUnlessAway = async (worker: Worker, { client, disconnect }: OpenRedis): Promise<void> => {
  let readyAt = performance.now();
  const watch = setInterval(() => {
    if (client.status === 'ready') readyAt = performance.now();
    else if (performance.now() - readyAt > AWAY_MS) disconnect();
  }, 250);
  try {
    await worker.close();
  } finally {
    clearInterval(watch);
    disconnect();
  }
};

/**
 * Works on a queue: takes the jobs of `queueEvaluator` and has a processor module measure them in worker threads, so that
 * one that blocks its thread for minutes keeps its job all the same. Start as many as you like, on any machine that reaches the Redis.
 *
 * On SIGTERM or SIGINT it takes no further job, finishes those that run, and closes; a second signal ends the process.
 *
 * @throws QueueError `REDIS_UNREACHABLE`, `PROCESSOR_INVALID`, `OPTION_INVALID`
 * @example
 * const worker = await startWorker({ connection: 'redis://127.0.0.1:6379', processor: './evaluate.mjs', concurrency: 2 });
 * await worker.closed;
 */
export const startWorker = async ({
  connection,
  queue = DEFAULT_QUEUE,
  processor,
  settings = {},
  concurrency = 1,
  lockDurationMs = 30_000,
  maxStalledCount = 3,
  signal,
  onJob,
  onError,
}: WorkerOptions): Promise<QueueWorker> => {
  checkQueueName(queue);
  checkWhole('concurrency', concurrency, 1);
  checkWhole('lockDurationMs', lockDurationMs, 100);
  checkWhole('maxStalledCount', maxStalledCount, 2);
  if (signal !== undefined && typeof signal.addEventListener !== 'function')
    throw invalidOption('signal', signal, 'an AbortSignal');
  const workerData: SandboxData = { processor: processorUrl(processor), settings };
  const { client, disconnect } = await openRedis(connection);
  const worker = new Worker<JobData>(queue, sandboxUrl(), {
    connection: client,
    concurrency,
    lockDuration: lockDurationMs,
    stalledInterval: lockDurationMs,
    maxStalledCount,
    useWorkerThreads: true,
    workerThreadsOptions: { workerData },
  });
  worker.on('error', (error) => onError?.(error));
  worker.on('completed', ({ data }) => onJob?.({ key: data.key }));
  worker.on('failed', (job, error) => onJob?.({ key: job?.data.key ?? 'unknown', failed: error.message }));

  let closing: Promise<void> | undefined;
  let markClosed = (): void => undefined;
  const closed = new Promise<void>((settle) => {
    markClosed = settle;
  });
  const close = (): Promise<void> =>
    (closing ??= closeUnlessAway(worker, { client, disconnect }).finally(() => {
      release();
      markClosed();
    }));
  const release = onStop(signal, () => void close());
  return { close, closed };
};

import { Queue, QueueEvents } from 'bullmq';
import { beforeDeadline } from './deadline.js';
import type { JobData } from './job.js';
import { openRedis } from './open-redis.js';
import type { ResolvedOptions } from './options.js';

/** The status of a job. */
export type JobStatus =
  | { readonly state: 'missing' }
  | { readonly state: 'waiting' }
  | { readonly state: 'active'; readonly start: number }
  | { readonly state: 'completed'; readonly value: unknown }
  | {
      readonly state: 'failed';
      readonly reason: string;
      readonly attempts: number;
      readonly stack: string | undefined;
    };

/** The jobs of a queue in Redis, as their evaluator sees them: all that it knows of BullMQ. */
export interface JobStore {
  /** Hands a job in, unless there is one with that id; one that failed before is tried anew. */
  submit(id: string, data: JobData): Promise<void>;
  status(id: string): Promise<JobStatus>;
  /** Takes a job back that nobody works on yet. */
  withdraw(id: string): Promise<void>;
  /** How many workers there are; undefined where Redis does not tell. */
  countWorkers(): Promise<number | undefined>;
  /** Calls back when a job has finished, or may have. Such events get lost when Redis is away. */
  onFinished(listener: (id: string) => void): () => void;
  close(): Promise<void>;
}

/** Milliseconds that BullMQ waits for events at a time, and so the longest it lingers when Redis went away meanwhile. */
const READ_MS = 2_000;

/** Milliseconds that closing may take where Redis is away. */
const CLOSE_MS = 2_000;

type JobStoreOptions = Pick<ResolvedOptions, 'connection' | 'queue' | 'attempts' | 'backoffMs' | 'keepMs'>;

/** @throws QueueError `REDIS_UNREACHABLE` */
export const openJobStore = async ({
  connection,
  queue: name,
  attempts,
  backoffMs,
  keepMs,
}: JobStoreOptions): Promise<JobStore> => {
  const { client, disconnect } = await openRedis(connection);
  const queue = new Queue<JobData>(name, { connection: client });
  const events = new QueueEvents(name, { connection: client, blockingTimeout: READ_MS });
  const listeners = new Set<(id: string) => void>();
  const notify = ({ jobId }: { readonly jobId: string }): void => listeners.forEach((listener) => listener(jobId));
  queue.on('error', () => undefined); // it reconnects, and what was missed is polled for
  events
    .on('error', () => undefined)
    .on('completed', notify)
    .on('failed', notify);
  const age = { age: Math.ceil(keepMs / 1_000) };

  const status = async (id: string): Promise<JobStatus> => {
    const state = await queue.getJobState(id);
    if (state === 'unknown') return { state: 'missing' };
    if (state !== 'active' && state !== 'completed' && state !== 'failed') return { state: 'waiting' };
    const job = await queue.getJob(id);
    if (!job) return { state: 'missing' };
    if (state === 'active') return { state, start: job.attemptsStarted };
    if (state === 'completed') return { state, value: job.returnvalue as unknown };
    // Whoever asked for it anew in between has cleared the reason.
    return job.failedReason
      ? { state, reason: job.failedReason, attempts: job.attemptsMade, stack: job.stacktrace?.at(-1) }
      : { state: 'waiting' };
  };

  return {
    status,
    submit: async (id, data) => {
      const { state } = await status(id);
      if (state === 'failed') await queue.remove(id);
      if (state !== 'failed' && state !== 'missing') return;
      await queue.add('evaluate', data, {
        jobId: id,
        attempts,
        backoff: { type: 'exponential', delay: backoffMs },
        removeOnComplete: age,
        removeOnFail: age,
      });
    },
    withdraw: async (id) => {
      if ((await status(id)).state === 'waiting') await queue.remove(id);
    },
    countWorkers: () => queue.getWorkersCount().catch(() => undefined),
    onFinished: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: async () => {
      if (client.status !== 'ready') disconnect();
      await beforeDeadline(Promise.allSettled([events.close(), queue.close()]), CLOSE_MS);
      disconnect();
    },
  };
};

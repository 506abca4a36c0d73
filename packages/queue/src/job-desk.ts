import { Queue, QueueEvents } from 'bullmq';
import type { JobData } from './job.js';
import { openRedis } from './open-redis.js';
import type { ResolvedOptions } from './options.js';
import { within } from './within.js';

/** How a job stands. */
export type JobView =
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

/** Where jobs are handed in and fetched: all that is known of BullMQ on this side. */
export interface JobDesk {
  /** Hands a job in, unless there is one with that id; one that failed before is tried anew. */
  submit(id: string, data: JobData): Promise<void>;
  look(id: string): Promise<JobView>;
  /** Takes a job back that nobody works on yet. */
  withdraw(id: string): Promise<void>;
  /** How many workers there are; undefined where Redis does not tell. */
  workers(): Promise<number | undefined>;
  /** Calls back when a job has finished, or may have. Such notices get lost when Redis is away. */
  onFinished(listener: (id: string) => void): () => void;
  close(): Promise<void>;
}

/** Milliseconds that BullMQ waits for notices at a time, and so the longest it lingers when Redis went away meanwhile. */
const READ_MS = 2_000;

/** Milliseconds that closing may take where Redis is away. */
const CLOSE_MS = 2_000;

type DeskOptions = Pick<ResolvedOptions, 'connection' | 'queue' | 'attempts' | 'backoffMs' | 'keepMs'>;

/** @throws QueueError `REDIS_UNREACHABLE` */
export const openDesk = async ({
  connection,
  queue: name,
  attempts,
  backoffMs,
  keepMs,
}: DeskOptions): Promise<JobDesk> => {
  const { client, letGo } = await openRedis(connection);
  const queue = new Queue<JobData>(name, { connection: client });
  const events = new QueueEvents(name, { connection: client, blockingTimeout: READ_MS });
  const listeners = new Set<(id: string) => void>();
  const tell = ({ jobId }: { readonly jobId: string }): void => listeners.forEach((listener) => listener(jobId));
  queue.on('error', () => undefined); // it reconnects, and what was missed is polled for
  events
    .on('error', () => undefined)
    .on('completed', tell)
    .on('failed', tell);
  const age = { age: Math.ceil(keepMs / 1_000) };

  const look = async (id: string): Promise<JobView> => {
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
    look,
    submit: async (id, data) => {
      const { state } = await look(id);
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
      if ((await look(id)).state === 'waiting') await queue.remove(id);
    },
    workers: () => queue.getWorkersCount().catch(() => undefined),
    onFinished: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: async () => {
      if (client.status !== 'ready') letGo();
      await within(Promise.allSettled([events.close(), queue.close()]), CLOSE_MS);
      letGo();
    },
  };
};

import type { EvaluateContext, Result } from '@length-adaptive/search';
import { unlessAborted } from './abort.js';
import { beforeDeadline } from './deadline.js';
import { QueueError } from './errors.js';
import { jobIdsOf, type JobData } from './job.js';
import { openJobStore, type JobStore } from './job-store.js';
import { resolveOptions, type QueueEvaluatorOptions } from './options.js';
import { runBatch } from './run-batch.js';

/** An evaluator whose work is done elsewhere. */
export interface QueueEvaluator<Genome, Name extends string = string> {
  /** The `evaluate` of a problem: results in the order of the genomes, whatever the order in which they arrive. */
  readonly evaluate: (genomes: readonly Genome[], context: EvaluateContext) => Promise<readonly Result<Name>[]>;
  /** Disconnects; a batch that is under way rejects with `CLOSED`. */
  close(): Promise<void>;
}

/** Milliseconds that taking jobs back may hold up an error. */
const WITHDRAW_MS = 2_000;

const aborted = (reason: unknown): QueueError =>
  new QueueError(
    'ABORTED',
    'The evaluation was aborted: jobs that waited are withdrawn, one that runs is finished and kept.',
    { cause: reason },
  );

const evaluatorClosed = (): QueueError =>
  new QueueError('CLOSED', 'The evaluator was closed; make a new one with queueEvaluator().');

/**
 * Evaluates genomes on workers that share a queue in Redis: one job a genome, on as many machines as you start workers on.
 *
 * Jobs are named by study and genotype, so that a genotype which comes again, also in another search of the same study, finds the result
 * that is there; a job that failed before is tried anew. A worker that dies loses its job to another, a Redis that is restarted is
 * waited for, and what it forgot is handed in again.
 *
 * The `evaluate` it gives throws QueueError `REDIS_UNREACHABLE` when no Redis answers, or none for `reconnectMs`; `REDIS_REFUSED`;
 * `JOB_FAILED` and `TIMED_OUT` under the policy `throw`; `STUDY_REFUSED` and `PROCESSOR_INVALID`, whatever the policy; `ABORTED` as soon
 * as the search's signal aborts; `CLOSED`.
 *
 * @throws QueueError `OPTION_INVALID`
 * @example
 * const { evaluate, close } = queueEvaluator({ connection: 'redis://127.0.0.1:6379', study: { name: 'bridge', load: 40 } });
 * const { front } = await new Search({ ...problem, evaluate }, { seed: 1, populationSize: 10, generations: 5 }).run();
 * await close();
 */
export const queueEvaluator = <Genome, Name extends string = string>(
  given: QueueEvaluatorOptions,
): QueueEvaluator<Genome, Name> => {
  const options = resolveOptions(given);
  const idOf = jobIdsOf(options.study);
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  let opening: Promise<JobStore> | undefined;

  const open = (): Promise<JobStore> => {
    const current = (opening ??= openJobStore(options));
    current.catch(() => {
      if (opening === current) opening = undefined; // the next batch tries again
    });
    return current;
  };

  const runJobs = async (data: readonly JobData[], signal: AbortSignal): Promise<readonly Result<Name>[]> => {
    const store = await open();
    if (signal.aborted) return [];
    const jobs = new Map(data.map((job) => [idOf(job.key), job]));
    const withdraw = (): Promise<unknown> =>
      beforeDeadline(Promise.allSettled([...jobs.keys()].map(store.withdraw)), WITHDRAW_MS);
    try {
      const results = await runBatch(store, jobs, options, signal);
      if (results.size < jobs.size) await withdraw(); // aborted: nobody hears of it
      return data.map(({ key }) => results.get(idOf(key)) as Result<Name>);
    } catch (error) {
      await withdraw();
      throw error;
    }
  };

  const evaluate: QueueEvaluator<Genome, Name>['evaluate'] = (genomes, { signal, keys }) => {
    const data = genomes.map((genome, i): JobData => ({
      study: options.study,
      genome,
      key: keys[i] ?? JSON.stringify(genome),
    }));
    const work = (own: AbortSignal): Promise<readonly Result<Name>[]> => {
      const batch = runJobs(data, own);
      running.add(batch);
      const done = (): void => void running.delete(batch);
      batch.then(done, done);
      return batch;
    };
    return unlessAborted(work, [
      { signal: closing.signal, error: evaluatorClosed },
      { signal, error: aborted },
    ]);
  };

  return {
    evaluate,
    close: async () => {
      closing.abort();
      await beforeDeadline(Promise.allSettled(running), 2 * WITHDRAW_MS);
      const store = await opening?.catch(() => undefined);
      await store?.close();
    },
  };
};

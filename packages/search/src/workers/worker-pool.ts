import { checkOptions } from '../check-options.js';
import { SearchError } from '../errors.js';
import { evaluateBatch, timedOut, type BatchContext, type EvaluateOneContext } from '../evaluators/evaluate-batch.js';
import { checkCountOrInfinity, checkLimit, resolvePolicy, type FailurePolicy } from '../evaluators/failure-policy.js';
import { createLimiter } from '../evaluators/limiter.js';
import { supervise } from '../evaluators/supervise.js';
import type { Result } from '../problem.js';
import { defaultSize } from './default-size.js';
import { createPoolWorkers } from './pool-workers.js';
import type { WorkerLike } from './worker-like.js';

/** How a pool is made up, and what it does about failures. */
export interface WorkerPoolOptions extends FailurePolicy {
  /** Makes a worker whose file calls `serveEvaluations`. Called when one is needed: for the first candidates, and in place of one that died. */
  readonly worker: () => WorkerLike;
  /** Workers at most. Default: the cores of this machine, where the platform tells. */
  readonly size?: number;
  /** Milliseconds that one try may take in the worker. Default Infinity. */
  readonly timeoutMs?: number;
  /** Milliseconds from the making of a worker until it calls `serveEvaluations`. Default 60,000. */
  readonly startMs?: number;
}

/** Workers that evaluate candidates in parallel. */
export interface WorkerPool {
  /** The `evaluate` of any number of problems. That the worker's results fit the problem is yours to see to; the search checks each. */
  readonly evaluate: <Genome, Name extends string>(
    genomes: readonly Genome[],
    context: BatchContext,
  ) => Promise<readonly Result<Name>[]>;
  /** Terminates all workers; evaluations that run reject with SearchError `CLOSED`, and so do later ones. */
  readonly close: () => Promise<void>;
}

/**
 * Evaluates the candidates of a batch in parallel on other threads: `worker_threads` in Node, Web Workers in browsers, Deno and Bun.
 * Results come in the order of the genomes, whichever worker is done first.
 *
 * A worker that dies or takes too long is terminated, and another one takes its place; its candidate is tried again up to `retries`
 * times, then thrown or discarded. (A Web Worker that closes itself does not say so: `timeoutMs` finds out.) When a batch is aborted,
 * the workers that run it are terminated. In Node, idle workers do not keep the process running.
 *
 * `evaluate` throws what the worker's function threw; SearchError `TIMED_OUT`, `WORKER_DIED`, `ABORTED` or `CLOSED`; and whatever the
 * policy `WORKER_NOT_STARTED`, since no candidate is to blame for that.
 *
 * @throws SearchError `INVALID_OPTION`
 * @example
 * const pool = workerPool({ worker: () => new Worker(new URL('./score.js', import.meta.url)), size: 2, timeoutMs: 60_000, retries: 1 });
 * const { front } = await new Search({ ...problem, evaluate: pool.evaluate }, { generations: 5 }).run();
 * await pool.close();
 */
export const workerPool = ({
  worker,
  size = defaultSize(),
  timeoutMs = Infinity,
  startMs = 60_000,
  ...policy
}: WorkerPoolOptions): WorkerPool => {
  const known = ['worker', 'size', 'timeoutMs', 'startMs', 'retries', 'backoffMs', 'onFailure'];
  checkOptions('workerPool()', policy, known);
  checkCountOrInfinity('size', size, 1);
  checkLimit('timeoutMs', timeoutMs);
  checkLimit('startMs', startMs);
  const resolved = resolvePolicy(policy);
  const workers = createPoolWorkers(worker);
  const aborts = new Set<(reason: unknown) => void>(); // one for each batch that runs
  let closed = false;

  const notStarted = (): SearchError =>
    new SearchError(
      'WORKER_NOT_STARTED',
      `The worker did not call serveEvaluations in ${startMs} ms: see to it that its file does, or raise startMs.`,
    );
  const one = (genome: unknown, { signal, ...context }: EvaluateOneContext): Promise<Result> =>
    workers.use(async (link) => {
      await supervise(() => link.started, { signal, deadline: { ms: startMs, error: notStarted } });
      const deadline = { ms: timeoutMs, error: () => timedOut(context.key, timeoutMs) };
      return supervise(() => link.ask(genome, context), { signal, deadline });
    });
  const plan = {
    ...resolved,
    one,
    limiter: createLimiter(size),
    timeoutMs: Infinity, // the time of a try counts from when a worker has it
    alwaysThrow: (error: unknown) => error instanceof SearchError && error.code === 'WORKER_NOT_STARTED',
  };

  const run = (genomes: readonly unknown[], context: BatchContext): Promise<readonly Result[]> =>
    supervise(
      async (signal, abort) => {
        aborts.add(abort);
        try {
          return await evaluateBatch(genomes, { ...context, signal }, plan);
        } finally {
          aborts.delete(abort);
        }
      },
      { signal: context.signal },
    );

  return {
    evaluate: async (genomes, context) => {
      try {
        if (!closed) return await run(genomes, context);
      } catch (error) {
        if (!closed) throw error;
      }
      throw new SearchError('CLOSED', 'The pool is closed: make another one with workerPool().');
    },
    close: async () => {
      closed = true;
      for (const abort of aborts) abort('the pool is closed');
      await workers.terminate();
    },
  };
};

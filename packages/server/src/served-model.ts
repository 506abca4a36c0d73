import type { LengthAdaptiveFile } from '@length-adaptive/models';
import { makeTask } from '@length-adaptive/models/predict';
import { ServerError, invalidRequest } from './errors.js';
import { createLoadController } from './planning/load-controller.js';
import { createOfferedLoad } from './planning/offered-load.js';
import { createSpeed } from './planning/speed.js';
import { createWaitCorrection } from './planning/wait-correction.js';
import { notReady, type ModelPool } from './pool/model-pool.js';
import { servedRanking } from './reranking/served-ranking.js';
import type { InferenceRequest } from './request.js';
import type { ServedModel } from './service.js';
import type { ServiceOptions } from './service-options.js';
import { logThreadEvent } from './telemetry/log-threads.js';
import type { Observer } from './telemetry/observer.js';
import { admit, refuseOvertaken } from './work/admission.js';
import { createBatchRunner } from './work/batch-runner.js';
import { formBatch } from './work/form-batch.js';
import type { Job } from './work/job.js';
import { createJob, isDegraded, macsOf, workOf, workToCome } from './work/job.js';
import { planJob } from './work/plan-job.js';
import { createTokenEstimate } from './work/token-estimate.js';
import { abandoned, watchRequest } from './work/watch-request.js';
import { createWorkQueue } from './work/work-queue.js';

/** A model that can be taken out of service. */
export interface OpenModel extends ServedModel {
  /** Accepts nothing more, and resolves when all accepted work is answered. */
  drain(): Promise<void>;
  /** Ends its threads. What still waits fails with `SHUTTING_DOWN`. */
  close(): Promise<void>;
}

export interface QueueOptions extends Pick<
  ServiceOptions,
  'maxBatchTokens' | 'maxBatchTexts' | 'maxQueue' | 'maxQueueMs' | 'targetDelayMs' | 'defaultBudget' | 'log'
> {
  /** What the model's files say of its rankings. */
  readonly file?: LengthAdaptiveFile | undefined;
}

/** Milliseconds between two looks at the queue while there is something to see. */
const updateMs = 25;

const shuttingDown = (): ServerError =>
  new ServerError('SHUTTING_DOWN', 'The server is shutting down and takes no more work; try another.', {
    retryAfterMs: 1000,
  });

/**
 * Serves a model that is open: queues, plans, batches, and runs on its threads.
 *
 * @throws ModelError `FILE_INVALID` for cascades of a reranker that are none
 */
export const serveModel = (
  label: { readonly name: string; readonly version: string },
  pool: ModelPool,
  {
    maxBatchTokens = 2048,
    maxBatchTexts = 64,
    maxQueue = 1024,
    maxQueueMs = 1000,
    targetDelayMs = 100,
    defaultBudget = {},
    log,
    file,
  }: QueueOptions,
  observer?: Observer,
): OpenModel => {
  const { facts, threads } = pool;
  const { paretoSet, dimensions, task } = facts;
  const macs = macsOf(facts);
  const work = workOf(facts);
  const speed = createSpeed(facts.timed);
  const controller = createLoadController({ levels: paretoSet.length, targetDelayMs });
  const offered = createOfferedLoad(paretoSet.length, threads);
  const estimate = createTokenEstimate(makeTask(task).longTexts === 'windows' ? undefined : dimensions.positions);
  const ranking = servedRanking(facts, { file, defaultBudget, macs, estimate });
  const queue = createWorkQueue();
  const waitCorrection = createWaitCorrection();
  const runner = createBatchRunner({
    pool,
    queue,
    macs,
    work,
    speed,
    waitCorrection,
    estimate,
    onBatch: (report) => observer?.batch(label, report),
  });
  const open = new Set<Job>();
  const counts = { answered: 0, degraded: 0, refused: 0, expired: 0 };
  let closing = false;
  let number = 0;
  let scheduled = false;
  /** When the last thing to do was done. */
  let idleSince = -Infinity;
  /** When the last thread that could run the model ended. */
  let lostThreads = -Infinity;
  let emptied: () => void = () => undefined;
  let drained: Promise<void> | undefined;

  const clock = (): number => performance.now();

  /** Milliseconds that waiting jobs take on all threads, at what load allows them under a ceiling. */
  const drainMs = (jobs: readonly Job[], ceiling: number): number =>
    speed.marginal(jobs.reduce((sum, job) => sum + workToCome(job, ceiling), 0)) / threads;

  /**
   * While no thread can run the model, what has not begun is refused as what comes is; what ran on a thread that ended waits for the next
   * one, as long as it would for its turn.
   */
  const refuseWithoutThreads = (now: number): void => {
    for (const job of [...queue.jobs])
      if (job.choice === undefined || now - lostThreads > maxQueueMs) job.settle(notReady());
  };

  /** Moves the ceiling with the load. */
  const updateLoad = (): void => {
    const now = clock();
    refuseOvertaken(queue.jobs, now, maxQueueMs);
    if (pool.openThreads === 0) refuseWithoutThreads(now);
    const { jobs } = queue;
    const waiting = jobs.filter(({ choice, waits }) => waits && choice === undefined); // what has begun waits for itself
    const oldest = waiting.reduce((earliest, { arrived }) => Math.min(earliest, arrived), now);
    const last = waiting.at(-1);
    const ahead = last ? jobs.slice(0, jobs.indexOf(last)) : []; // its own work is no wait
    controller.update({
      now,
      waitedMs: now - oldest,
      drainMs: (ceiling) => drainMs(ahead, ceiling),
      waits: waiting.length > 0,
      idleMs: runner.batches > 0 || jobs.length > 0 ? 0 : now - idleSince,
      utilization: (ceiling) => offered.utilization(now, ceiling),
    });
  };

  /** Updates while there is something to see: texts that wait, or a ceiling that may rise. */
  const scheduleUpdate = (): void => {
    if (scheduled) return;
    scheduled = true;
    setTimeout(() => {
      scheduled = false;
      updateLoad();
      if (queue.jobs.length > 0 || controller.ceiling < paretoSet.length - 1) scheduleUpdate();
    }, updateMs).unref();
  };

  const settled = (job: Job, failure?: ServerError): void => {
    open.delete(job);
    queue.prune();
    if (!failure) {
      counts.answered += job.predictions.size;
      if (isDegraded(job, macs)) counts.degraded += job.predictions.size;
    }
    if (open.size === 0) emptied();
  };

  /** Gives free threads something to do. */
  const dispatch = (): void => {
    if (queue.jobs.length > 0) updateLoad();
    while (runner.batches < pool.openThreads && queue.jobs.length > 0) {
      const maxTexts = Math.min(maxBatchTexts, Math.ceil(queue.texts / (pool.openThreads - runner.batches)));
      const batch = formBatch(queue.jobs, {
        now: clock(),
        ceiling: controller.ceiling,
        speed,
        work,
        maxTexts,
        maxTokens: maxBatchTokens,
      });
      queue.prune();
      if (batch.rows.length === 0) return;
      void runner.run(batch).finally(dispatch);
    }
    if (queue.jobs.length > 0) scheduleUpdate();
    else if (runner.batches === 0) idleSince = clock();
  };

  pool.onEvent((event) => {
    if (log) logThreadEvent(log, label, event, pool.openThreads);
    if (event.kind === 'ended' && pool.openThreads === 0) {
      lostThreads = clock();
      refuseWithoutThreads(lostThreads);
    }
    if (event.kind === 'opened') {
      observer?.workerReplaced(label);
      dispatch();
    } else if (event.kind === 'not-opened' && pool.openThreads === 0) {
      for (const job of [...queue.jobs]) job.settle(notReady());
    }
  });

  const accept = (request: InferenceRequest): Job => {
    const arrived = clock();
    const { budgetMs, usefulMs, ...plan } = planJob(request, { facts, speed, macs, work, estimate, defaultBudget });
    offered.add(
      arrived,
      plan.workUnder.map((own) => speed.marginal(own)),
    );
    const job = createJob(
      { request, priority: request.priority ?? 0, number: number++, arrived, due: arrived + budgetMs, ...plan },
      macs,
      settled,
    );
    job.done.catch(() => undefined);
    admit(job, usefulMs, {
      queue,
      speed,
      waitCorrection,
      freeInMs: runner.freeInMs(arrived),
      drainMs,
      maxBatchTokens,
      maxQueue,
      maxQueueMs,
      leastRetryMs: updateMs,
    });
    return job;
  };

  const infer: ServedModel['infer'] = async (request) => {
    const start = clock();
    try {
      if (closing) throw shuttingDown();
      if (request.inputs.length === 0) throw invalidRequest('The request has no text; expected at least one.');
      if (request.signal?.aborted) throw abandoned();
      if (pool.openThreads === 0) throw notReady();
      if (open.size === 0) updateLoad(); // what was held back for a load that is over is not held back from this one
      const job = accept(request);
      job.waits = runner.batches >= pool.openThreads || queue.jobs.length > 0;
      const endWatch = watchRequest(job, request);
      open.add(job);
      queue.add(job);
      dispatch();
      try {
        const result = await job.done;
        observer?.answered(label, result, clock() - start);
        return result;
      } finally {
        endWatch();
      }
    } catch (error) {
      if (error instanceof ServerError) {
        if (error.code === 'OVERLOADED') counts.refused += 1;
        if (error.code === 'TIMED_OUT') counts.expired += 1;
        observer?.failed(label, error.code);
      }
      throw error;
    }
  };

  return {
    ...label,
    ...(ranking && { ranking }),
    infer,
    status: () => ({
      ...label,
      ready: !closing && pool.openThreads > 0,
      task,
      engine: facts.engine,
      labels: facts.labels,
      ...(facts.prior !== undefined && { prior: facts.prior }),
      ...(facts.pooling !== undefined && { pooling: facts.pooling }),
      positions: dimensions.positions,
      paretoSet,
      operatingPoint: controller.ceiling,
      queued: queue.texts,
      running: runner.texts,
      queueDelayMs: runner.freeInMs(clock()) + drainMs(queue.jobs, controller.ceiling),
      ...counts,
      speed: { overheadMs: speed.overheadMs, msPerGigaMac: speed.msPerGigaMac },
    }),
    drain: () => {
      closing = true;
      drained ??= open.size === 0 ? Promise.resolve() : new Promise<void>((resolve) => (emptied = resolve));
      return drained;
    },
    close: async () => {
      closing = true;
      for (const job of [...open]) job.settle(shuttingDown());
      await pool.close();
    },
  };
};

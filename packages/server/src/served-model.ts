import { createLoadController } from './planning/load-controller.js';
import type { ServerErrorCode } from './errors.js';
import { ServerError } from './errors.js';
import { createOfferedLoad } from './planning/offered-load.js';
import { createPace } from './planning/pace.js';
import { createSpeed } from './planning/speed.js';
import { crashOf } from './pool/model-pool.js';
import type { ModelPool } from './pool/model-pool.js';
import type { ThreadText } from './pool/thread-messages.js';
import type { InferenceRequest } from './request.js';
import type { ServedModel } from './service.js';
import type { ServiceOptions } from './service-options.js';
import type { Observer } from './telemetry/observer.js';
import type { Batch, Row } from './work/form-batch.js';
import { formBatch } from './work/form-batch.js';
import type { Job } from './work/job.js';
import { createJob, macsOf, macsToCome } from './work/job.js';
import { planJob } from './work/plan-job.js';
import { bytesOf, createTokenEstimate } from './work/token-estimate.js';
import { createWorkQueue } from './work/work-queue.js';

/** A model that can be taken out of service. */
export interface OpenModel extends ServedModel {
  /** Accepts nothing more, and resolves when all accepted work is answered. */
  drain(): Promise<void>;
  /** Ends its threads. What still waits fails with `SHUTTING_DOWN`. */
  close(): Promise<void>;
}

export type QueueOptions = Pick<ServiceOptions, 'maxBatchTokens' | 'maxBatchTexts' | 'maxQueue' | 'maxQueueMs' | 'targetDelayMs' | 'defaultBudget'>;

/** Milliseconds between two looks at the queue while there is something to see. */
const tickMs = 25;

/** After so many times the longest wait a request is given up. */
const patience = 10;

/** The longest that a timer waits. */
const longestTimer = 2 ** 31 - 1;

const shuttingDown = (): ServerError => new ServerError('SHUTTING_DOWN', 'The server is shutting down and takes no more work; try another.', { retryAfterMs: 1000 });

/** Serves a model that is open: queues, plans, batches, and runs on its threads. */
export const serveModel = (
  label: { readonly name: string; readonly version: string },
  pool: ModelPool,
  { maxBatchTokens = 2048, maxBatchTexts = 64, maxQueue = 1024, maxQueueMs = 1000, targetDelayMs = 100, defaultBudget = {} }: QueueOptions,
  observer?: Observer,
): OpenModel => {
  const { facts, threads } = pool;
  const { paretoSet, dimensions, task } = facts;
  const macs = macsOf(facts);
  const speed = createSpeed(facts.timed);
  const controller = createLoadController({ levels: paretoSet.length, targetDelayMs });
  const offered = createOfferedLoad(paretoSet.length, threads);
  const estimate = createTokenEstimate(task === 'question-answering' ? undefined : dimensions.positions);
  const queue = createWorkQueue();
  const pace = createPace();
  /** Batches that run, with when they are expected to end. */
  const running = new Map<Batch, number>();
  const open = new Set<Job>();
  const counts = { answered: 0, degraded: 0, refused: 0, expired: 0 };
  let closing = false;
  /** Whether threads can open the model. */
  let opens = true;
  let number = 0;
  let ticking = false;
  let emptied: () => void = () => undefined;
  let drained: Promise<void> | undefined;

  const clock = (): number => performance.now();
  pool.onReplaced(() => observer?.workerReplaced(label));

  /** Milliseconds until a thread is free. */
  const freeIn = (now: number): number => (running.size < threads ? 0 : Math.max(0, Math.min(...running.values()) - now));

  /** Milliseconds that waiting jobs take on all threads, at what load allows them under a ceiling. */
  const drainMs = (jobs: readonly Job[], ceiling: number): number =>
    speed.marginal(jobs.reduce((sum, job) => sum + macsToCome(job, ceiling), 0)) / threads;

  /** What waits for far longer than it was let in for was overtaken again and again: it is refused after all. */
  const giveUp = (now: number): void => {
    for (const job of queue.jobs) {
      if (job.choice || now - job.arrived <= patience * maxQueueMs) continue;
      job.settle(new ServerError('OVERLOADED', `The request waited for ${Math.round(now - job.arrived)} ms while others went first; try again later, or elsewhere.`, { retryAfterMs: maxQueueMs }));
    }
  };

  const look = (): void => {
    const now = clock();
    giveUp(now);
    const oldest = queue.jobs.reduce((earliest, { arrived }) => Math.min(earliest, arrived), now);
    controller.update({ now, waitedMs: now - oldest, drainMs: (ceiling) => drainMs(queue.jobs, ceiling), utilization: (ceiling) => offered.utilization(now, ceiling) });
  };

  const tick = (): void => {
    if (ticking) return;
    ticking = true;
    setTimeout(() => {
      ticking = false;
      look();
      if (queue.jobs.length > 0 || controller.ceiling < paretoSet.length - 1) tick();
    }, tickMs).unref();
  };

  const settled = (job: Job, failure?: ServerError): void => {
    open.delete(job);
    queue.prune();
    if (!failure) {
      counts.answered += job.predictions.size;
      if ((job.choice?.index ?? 0) < job.alone.index) counts.degraded += job.predictions.size;
    }
    if (open.size === 0) emptied();
  };

  const fail = (code: ServerErrorCode, message: string): ServerError => new ServerError(code, message);

  /** What a text's own failure says; a fault of ours tells the client nothing, and the log all. */
  const failureOf = ({ code, message }: { readonly code: ServerErrorCode; readonly message: string }, which: string): ServerError =>
    code === 'INTERNAL' ? new ServerError(code, 'The server failed at this request; its log says where.', { cause: new Error(message) }) : fail(code, `${which}${message}`);

  /** A thread died of a batch: its jobs are tried once more, each alone. */
  const recover = (rows: readonly Row[], error: ServerError): void => {
    for (const job of new Set(rows.map((row) => row.job))) {
      if (job.settled) continue;
      if (job.crashed) {
        job.settle(error);
        continue;
      }
      job.crashed = true;
      const queued = queue.jobs.includes(job);
      job.waiting.push(...rows.flatMap((row) => (row.job === job ? [row.text] : [])));
      job.waiting.sort((a, b) => a - b);
      if (!queued) queue.add(job);
    }
  };

  /** One more text of a job is done with. A request none of whose texts could be read is refused for the first of them. */
  const done = (job: Job): void => {
    job.unanswered -= 1;
    if (job.unanswered === 0) job.settle(job.predictions.size > 0 ? undefined : job.refused.get(Math.min(...job.refused.keys())));
  };

  /** A text cannot be read: that ends its request, unless it may go without. */
  const refuse = (job: Job, text: number, failure: ServerError): void => {
    if (!job.request.partial || failure.code === 'INTERNAL') return job.settle(failure);
    job.refused.set(text, failure);
    done(job);
  };

  const run = async (batch: Batch): Promise<void> => {
    const { rows } = batch;
    running.set(batch, clock() + speed.milliseconds(batch.macs));
    for (const { job, text } of rows) if (text === 0 && !job.crashed && !job.overtaken) pace.observe(job.expectedWaitMs, job.begun - job.arrived);
    const texts = rows.map(({ job: { request }, text, choice }): ThreadText => {
      const { inputs, truncate = false, answers, maxAnswerTokens, threshold } = request;
      return { input: inputs[text] as ThreadText['input'], lengthConfig: choice.lengthConfig, truncate, answers, maxAnswerTokens, threshold };
    });
    try {
      const { answers, computeMs } = await pool.compute(texts);
      opens = true;
      const report = { texts: rows.length, tokens: 0, macs: 0, computeMs };
      for (const job of new Set(rows.map((row) => row.job))) job.computeMs += computeMs;
      rows.forEach(({ job, text, choice }, row) => {
        const answer = answers[row];
        if (!answer) return;
        if ('code' in answer) return refuse(job, text, failureOf(answer, job.tokens.length > 1 ? `Text ${text}: ` : ''));
        const { prediction } = answer;
        report.tokens += prediction.tokens;
        report.macs += macs(prediction.tokens, choice.lengthConfig);
        estimate.observe(bytesOf(job.request.inputs[text] as ThreadText['input']), prediction.tokens);
        job.predictions.set(text, prediction);
        done(job);
      });
      if (report.macs > 0) speed.observe({ macs: report.macs, milliseconds: computeMs });
      observer?.batch(label, report);
    } catch (error) {
      opens = error instanceof ServerError && error.code !== 'MODEL_NOT_READY';
      recover(rows, error instanceof ServerError ? error : crashOf(error));
    } finally {
      running.delete(batch);
      pump();
    }
  };

  /** Gives free threads something to do. */
  const pump = (): void => {
    if (queue.jobs.length > 0) look();
    while (running.size < threads && queue.jobs.length > 0) {
      const maxTexts = Math.min(maxBatchTexts, Math.ceil(queue.texts / (threads - running.size)));
      const batch = formBatch(queue.jobs, { now: clock(), ceiling: controller.ceiling, speed, macs, maxTexts, maxTokens: maxBatchTokens });
      queue.prune();
      if (batch.rows.length === 0) return;
      void run(batch);
    }
    if (queue.jobs.length > 0) tick();
  };

  /** Refuses what cannot be answered in time, before it is queued. */
  const admit = (job: Job, usefulMs: number): void => {
    const refuse = (message: string, retryAfterMs: number): never => {
      throw new ServerError('OVERLOADED', message, { retryAfterMs });
    };
    const tokens = job.tokens.reduce((sum, own) => sum + own, 0);
    const alike = Math.max(1, Math.min(maxBatchTokens / tokens, 1 + queue.texts / job.tokens.length));
    const batchMs = speed.milliseconds(macsToCome(job, 0) * alike); // it is answered when its batch is, and others will be in it
    const ahead = queue.jobs.filter(({ priority }) => priority <= job.priority);
    job.expectedWaitMs = freeIn(job.arrived) + drainMs(ahead, 0);
    const waitMs = pace.factor * job.expectedWaitMs;
    const bound = Math.max(0, Math.min(maxQueueMs, usefulMs - batchMs));
    if (queue.texts + job.tokens.length > maxQueue && queue.texts > 0) {
      refuse(`${queue.texts} texts wait, and the server lets ${maxQueue} wait; try again later, or elsewhere.`, Math.max(waitMs, tickMs));
    }
    if (waitMs > bound) {
      refuse(`The wait is ${Math.round(waitMs)} ms even at the shortest lengths that waiting requests allow, and this request can wait for ${Math.round(bound)} ms; try again later, or elsewhere.`, waitMs - bound);
    }
  };

  const accept = (request: InferenceRequest): Job => {
    const arrived = clock();
    const { budgetMs, usefulMs, ...plan } = planJob(request, { facts, speed, macs, estimate, defaultBudget });
    offered.add(arrived, plan.macsUnder.map((own) => speed.marginal(own)));
    const job = createJob({ request, priority: request.priority ?? 0, number: number++, arrived, due: arrived + budgetMs, ...plan }, macs, settled);
    job.done.catch(() => undefined);
    admit(job, usefulMs);
    return job;
  };

  const infer: ServedModel['infer'] = async (request) => {
    const start = clock();
    try {
      if (closing) throw shuttingDown();
      if (request.inputs.length === 0) throw fail('REQUEST_INVALID', 'The request has no text; expected at least one.');
      const { signal, timeoutMs } = request;
      const abandoned = (): ServerError => fail('ABANDONED', 'The client went away before the answer.');
      if (signal?.aborted) throw abandoned();
      const job = accept(request);
      const onAbort = (): void => job.settle(abandoned());
      signal?.addEventListener('abort', onAbort, { once: true });
      const expire = (): void => job.settle(fail('TIMED_OUT', `The request was not answered within its timeout_ms of ${timeoutMs}; what had not begun was not computed.`));
      const timer = timeoutMs === undefined || timeoutMs > longestTimer ? undefined : setTimeout(expire, timeoutMs);
      open.add(job);
      queue.add(job);
      pump();
      try {
        const result = await job.done;
        observer?.answered(label, result, clock() - start);
        return result;
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
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
    infer,
    status: () => ({
      ...label,
      ready: !closing && opens,
      task,
      engine: facts.engine,
      labels: facts.labels,
      positions: dimensions.positions,
      paretoSet,
      operatingPoint: controller.ceiling,
      queued: queue.texts,
      running: [...running.keys()].reduce((sum, { rows }) => sum + rows.length, 0),
      queueDelayMs: freeIn(clock()) + drainMs(queue.jobs, controller.ceiling),
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

import { ServerError } from '../errors.js';
import type { Speed } from '../planning/speed.js';
import type { WaitCorrection } from '../planning/wait-correction.js';
import type { Choice, Choices } from '../planning/choices.js';
import type { ModelPool } from '../pool/model-pool.js';
import { crashOf } from '../pool/model-pool.js';
import type { ThreadText } from '../pool/thread-messages.js';
import type { BatchReport } from '../telemetry/observer.js';
import type { Batch, Row } from './form-batch.js';
import type { MacsOf } from './job.js';
import { answerText, refuseText } from './text-outcome.js';
import { bytesOf, type TokenEstimate } from './token-estimate.js';
import type { WorkQueue } from './work-queue.js';

/** Runs batches on the threads of a model, and gives each text's answer to its job. */
export interface BatchRunner {
  /** Batches that run, and texts in them. */
  readonly batches: number;
  readonly texts: number;
  /** Milliseconds until a thread is free. */
  freeInMs(now: number): number;
  /** Resolves when the batch is done with: its texts are answered or refused, or wait again since their thread died. */
  run(batch: Batch): Promise<void>;
}

/** What batches are run with; what is learned of them goes into speed, wait correction and token estimate. */
export interface BatchRunnerParts {
  readonly pool: ModelPool;
  readonly queue: WorkQueue;
  readonly macs: MacsOf;
  readonly work: MacsOf;
  readonly speed: Speed;
  readonly waitCorrection: WaitCorrection;
  readonly estimate: TokenEstimate;
  readonly onBatch: (report: BatchReport) => void;
}

/** What a text may run at: one point or, under a bound on cost, all that it may choose from once its tokens are counted. */
const pointsOf = ({ allowed, cost }: Choices, top: Choice): ThreadText['point'] =>
  cost === undefined
    ? top.point
    : {
        cost,
        among: allowed
          .filter(({ index }) => index <= top.index)
          .map(({ point, score = Number.NaN, cost: mean = 1 }) => ({ point, score, cost: mean })),
      };

const toThreadText = ({ job: { request, choices }, text, choice }: Row): ThreadText => {
  const {
    inputs,
    truncate = false,
    answers,
    maxAnswerTokens,
    threshold,
    rawScores,
    promptName,
    everyToken,
    inWindows,
  } = request;
  return {
    input: inputs[text] as ThreadText['input'],
    point: pointsOf(choices, choice),
    truncate,
    answers,
    maxAnswerTokens,
    threshold,
    rawScores,
    promptName,
    everyToken,
    inWindows,
  };
};

/** A thread died of a batch: its jobs are tried once more, each alone. */
const retryAlone = (rows: readonly Row[], error: ServerError, queue: WorkQueue): void => {
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

export const createBatchRunner = ({
  pool,
  queue,
  macs,
  work,
  speed,
  waitCorrection,
  estimate,
  onBatch,
}: BatchRunnerParts): BatchRunner => {
  /** Batches that run, with when they are expected to end. */
  const running = new Map<Batch, number>();

  const compute = async ({ rows }: Batch): Promise<void> => {
    const { answers, computeMs } = await pool.compute(rows.map(toThreadText));
    let done = 0;
    const report = { texts: rows.length, tokens: 0, macs: 0, computeMs };
    for (const job of new Set(rows.map((row) => row.job))) job.computeMs += computeMs;
    rows.forEach(({ job, text }, row) => {
      const answer = answers[row];
      if (!answer) return;
      if ('code' in answer) return refuseText(job, text, answer);
      const { prediction } = answer;
      report.tokens += prediction.tokens;
      report.macs += macs(prediction.tokens, prediction.point);
      done += work(prediction.tokens, prediction.point);
      estimate.observe(bytesOf(job.request.inputs[text] as ThreadText['input']), prediction.tokens);
      answerText(job, text, prediction);
    });
    if (done > 0) speed.observe({ macs: done, milliseconds: computeMs });
    onBatch(report);
  };

  return {
    get batches() {
      return running.size;
    },
    get texts() {
      return [...running.keys()].reduce((sum, { rows }) => sum + rows.length, 0);
    },
    freeInMs: (now) =>
      running.size === 0 || running.size < pool.openThreads ? 0 : Math.max(0, Math.min(...running.values()) - now),
    run: async (batch) => {
      running.set(batch, performance.now() + speed.milliseconds(batch.work));
      for (const { job, text } of batch.rows)
        if (text === 0 && !job.crashed && !job.overtaken)
          waitCorrection.observe(job.expectedWaitMs, job.begun - job.arrived);
      try {
        await compute(batch);
      } catch (error) {
        retryAlone(batch.rows, error instanceof ServerError ? error : crashOf(error), queue);
      } finally {
        running.delete(batch);
      }
    },
  };
};

import type { Choice } from '../planning/choices.js';
import type { Speed } from '../planning/speed.js';
import type { Job, MacsOf, Planned } from './job.js';
import { choiceOfText, fastestOf, waitingWork } from './job.js';

export interface BatchOptions {
  /** Texts, and guessed tokens; one text always fits. */
  readonly maxTexts: number;
  readonly maxTokens: number;
  readonly now: number;
  /** Index of the dearest configuration that load allows. */
  readonly ceiling: number;
  readonly speed: Speed;
  readonly work: MacsOf;
}

/** One text of a batch. */
export interface Row {
  readonly job: Job;
  readonly text: number;
  /** The best that it may run at. */
  readonly choice: Choice;
}

export interface Batch {
  readonly rows: readonly Row[];
  /** Guessed. */
  readonly work: number;
}

/**
 * The best configuration that load allows and that is done in time; if none is, the fastest that the request allows.
 *
 * @param ceiling index of the dearest configuration that load allows
 * @param leftMs milliseconds until the answer has to be there, Infinity for a request without a latency budget
 */
export const chooseWithin = (
  job: Planned,
  {
    ceiling,
    leftMs,
    speed,
    work,
  }: { readonly ceiling: number; readonly leftMs: number } & Pick<BatchOptions, 'speed' | 'work'>,
): Choice => {
  const { allowed, flexible } = job.choices;
  const fits = (choice: Choice): boolean =>
    choice.index <= ceiling && (leftMs === Infinity || speed.marginal(waitingWork(job, choice, work)) <= leftMs);
  return (flexible ? allowed.filter(fits).at(-1) : undefined) ?? fastestOf(job, work);
};

/**
 * Takes texts out of the queue for one batch, in order: until it is full, or until one more would make it late for a latency budget that is
 * in it. Rows may have different configurations.
 */
export const formBatch = (jobs: readonly Job[], options: BatchOptions): Batch => {
  const { maxTexts, maxTokens, now, speed, work, ceiling } = options;
  const rows: Row[] = [];
  const total = { tokens: 0, work: 0 };
  let due = Infinity;
  for (const job of jobs) {
    if (job.crashed && rows.length > 0) break;
    while (job.waiting.length > 0) {
      const text = job.waiting[0] as number;
      const leftMs = job.due - now - speed.milliseconds(total.work);
      const choice = job.choice ?? chooseWithin(job, { ceiling, leftMs, speed, work });
      const tokens = job.tokens[text] ?? 0;
      const more = work(tokens, choiceOfText(job, text, choice).point);
      const full =
        rows.length >= maxTexts ||
        total.tokens + tokens > maxTokens ||
        now + speed.milliseconds(total.work + more) > due;
      if (rows.length > 0 && full) return { rows, work: total.work };
      job.choice = choice;
      job.begun = now;
      job.waiting.shift();
      rows.push({ job, text, choice });
      total.tokens += tokens;
      total.work += more;
      if (now + speed.milliseconds(total.work) <= job.due) due = Math.min(due, job.due); // what is late anyway holds nobody back
    }
    if (job.crashed) break;
  }
  return { rows, work: total.work };
};

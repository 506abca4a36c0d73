/** A processor for tests: its genomes say what becomes of their evaluation, and each start leaves a line in the study's log. */
import { appendFileSync, existsSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { until } from '@length-adaptive/tools/testing/until';
import type { EvaluateGenome } from '../index.js';

/** A genome that says what becomes of its evaluation. */
export interface Task {
  readonly x: number;
  /** Whether it waits until a test releases it. */
  readonly held?: boolean;
  /** Milliseconds that pass. */
  readonly ms?: number;
  /** Milliseconds in which the thread is blocked. */
  readonly spin?: number;
  /** What goes wrong, in so many tries; default all. */
  readonly trouble?: 'throw' | 'refuse' | 'exit' | 'nan' | 'nothing';
  readonly tries?: number;
}

/** What the tests study. */
export interface TestStudy {
  readonly name: string;
  /** File that each start is written to. */
  readonly log: string;
}

const TROUBLE = {
  throw: ({ x }: Task) => {
    throw new RangeError(`${x} is out of range`);
  },
  refuse: () => {
    throw Object.assign(new Error('The data are others here: abc, not def.'), { code: 'STUDY_REFUSED' });
  },
  exit: () => process.exit(3),
  nan: () => ({ cost: NaN }),
  nothing: () => undefined as never,
};

/** The file whose appearance releases a held task. */
export const releaseFileOf = (log: string, x: number): string => `${log}.${x}`;

export const evaluate: EvaluateGenome<Task, TestStudy, { offset?: number }> = async (
  task,
  { study, key, attempt, settings },
) => {
  appendFileSync(study.log, `${process.pid} ${threadId} ${attempt} ${key}\n`);
  const { x, held = false, ms = 0, spin = 0, trouble, tries = Infinity } = task;
  if (held) await until(() => existsSync(releaseFileOf(study.log, x)));
  await new Promise((resolve) => setTimeout(resolve, ms));
  for (const end = Date.now() + spin; Date.now() < end;);
  if (trouble && attempt < tries) return TROUBLE[trouble](task);
  const { offset = 0 } = settings;
  return { cost: x + offset, score: Math.sqrt(x) };
};

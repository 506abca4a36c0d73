import type { Job } from './job.js';

/** Jobs with texts that wait: by priority, then by arrival. */
export interface WorkQueue {
  readonly jobs: readonly Job[];
  /** Texts that wait. */
  readonly texts: number;
  add(job: Job): void;
  /** Takes jobs out that have nothing left to begin. */
  prune(): void;
}

const before = (a: Job, b: Job): boolean =>
  a.priority < b.priority || (a.priority === b.priority && a.number < b.number);

export const createWorkQueue = (): WorkQueue => {
  let jobs: Job[] = [];
  return {
    get jobs() {
      return jobs;
    },
    get texts() {
      return jobs.reduce((sum, { waiting }) => sum + waiting.length, 0);
    },
    add: (job) => {
      const at = jobs.findIndex((other) => before(job, other));
      for (const other of at < 0 ? [] : jobs.slice(at)) other.overtaken = true;
      jobs.splice(at < 0 ? jobs.length : at, 0, job);
    },
    prune: () => {
      if (jobs.some(({ waiting }) => waiting.length === 0)) jobs = jobs.filter(({ waiting }) => waiting.length > 0);
    },
  };
};

/** A worker thread that evaluates `Task`s; with `web` in its data it finds only what a Web Worker has. */
import { compileFunction } from 'node:vm';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { serveEvaluations } from '../workers/index.js';

/** A genome that says what becomes of its evaluation. */
export interface Task {
  readonly x: number;
  /** What goes wrong. */
  readonly trouble?: 'exit' | 'throw' | 'spin' | 'uncloneable' | 'uncaught' | 'exit later';
  /** In so many tries; default all. */
  readonly tries?: number;
  /** Milliseconds it takes. */
  readonly ms?: number;
}

/** What the tests tell a worker. */
export interface WorkerData {
  readonly web?: boolean;
  readonly start?: 'fail' | 'forget' | 'chatter';
  /** Code to run in place of the evaluation of tasks. */
  readonly example?: string;
}

const { web = false, start, example } = (workerData ?? {}) as WorkerData;
const port = parentPort;

if (isMainThread || !port) throw new Error('expected to run in a worker');
if (start === 'fail') throw new Error('no such model');
if (start === 'forget') port.on('message', () => undefined);
if (start === 'chatter') port.postMessage({ progress: 0.5 });
if (web) {
  Object.assign(globalThis, {
    postMessage: (message: unknown) => port.postMessage(message),
    addEventListener: (_: string, listener: (event: unknown) => void) =>
      port.on('message', (data) => listener({ data })),
  });
  process.getBuiltinModule = () => undefined as never;
}

const spin = (): never => {
  for (;;) if (Date.now() < 0) throw new Error('before 1970');
};

/** What makes an evaluation go wrong. */
const TROUBLE = {
  exit: () => process.exit(3),
  throw: ({ x }: Task) => {
    throw new RangeError(`${x} is out of range`);
  },
  spin,
  'exit later': ({ x }: Task) => {
    setTimeout(() => process.exit(1), 5);
    return { x };
  },
  uncloneable: ({ x }: Task) => ({ x: (() => x) as unknown as number }),
  uncaught: () =>
    new Promise<never>(() => void setTimeout(() => void Promise.reject(new Error('nobody caught this')), 1)),
};

if (example) {
  compileFunction(example, ['serveEvaluations'])(serveEvaluations);
} else if (start !== 'forget') {
  serveEvaluations(async (task: Task, { attempt, fidelity = 1 }) => {
    const { x, trouble, tries = Infinity, ms = 0 } = task;
    await new Promise((resolve) => setTimeout(resolve, ms));
    return trouble && attempt < tries ? TROUBLE[trouble](task) : { x, attempt, fidelity };
  });
}

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Search, type EvaluateContext } from '../index.js';
import type { Task, WorkerData } from '../testing/evaluating-worker.js';
import { webShaped } from '../testing/web-shaped-worker.js';
import { workerPool, type WorkerPool, type WorkerPoolOptions } from './index.js';

const file = join(__dirname, '..', 'testing', 'evaluating-worker.cjs');

const contextOf = (genomes: readonly unknown[], signal?: AbortSignal): EvaluateContext => ({
  generation: 0,
  keys: genomes.map((genome) => JSON.stringify(genome)),
  ...(signal && { signal }),
});

/** All worker threads of a test, and how many are left. */
const watched = () => {
  const threads = new Set<Worker>();
  let made = 0;
  const make = (workerData: WorkerData = {}): Worker => {
    const worker = new Worker(file, { workerData });
    made += 1;
    threads.add(worker);
    worker.on('exit', () => threads.delete(worker));
    return worker;
  };
  return { make, alive: () => threads.size, made: () => made };
};

it('does not keep a process running that forgot to close it', () => {
  const script = join(__dirname, '..', 'testing', 'unclosed-pool-process.ts');
  const printed = execFileSync(process.execPath, ['--import', 'tsx', script], {
    encoding: 'utf8',
    timeout: 240_000,
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  expect(JSON.parse(printed)).toEqual([
    { x: 1, attempt: 0, fidelity: 1 },
    { x: 2, attempt: 0, fidelity: 1 },
  ]);
});

describe.each(['node', 'web'])('workerPool, %s workers', (kind) => {
  let threads = watched();
  let pool: WorkerPool | undefined;

  const open = (options: Partial<WorkerPoolOptions> = {}, data: WorkerData = {}): WorkerPool => {
    threads = watched();
    const worker = kind === 'node' ? () => threads.make(data) : () => webShaped(threads.make({ ...data, web: true }));
    return (pool = workerPool({ worker, size: 2, backoffMs: 1, ...options }));
  };

  /** Waits for the last thread: the web's terminate() does not say when, nor does a thread that ends itself. */
  const gone = async (): Promise<void> => {
    for (const end = performance.now() + 60_000; threads.alive() > 0 && performance.now() < end;) await wait(10);
    expect(threads.alive()).toBe(0);
  };

  const evaluate = (tasks: readonly Task[], signal?: AbortSignal) =>
    (pool as WorkerPool).evaluate(tasks, contextOf(tasks, signal));

  afterEach(async () => {
    await pool?.close();
    await gone();
  });

  it('gives results in order, whoever is done first, with no more workers than it may have', async () => {
    open();
    const tasks = [{ x: 0, ms: 80 }, { x: 1 }, { x: 2 }, { x: 3, ms: 30 }, { x: 4 }, { x: 5 }];
    expect(await evaluate(tasks)).toEqual(tasks.map(({ x }) => ({ x, attempt: 0, fidelity: 1 })));
    const [again, beside] = await Promise.all([
      evaluate(tasks),
      pool?.evaluate(tasks, { ...contextOf(tasks), fidelity: 0.1 }),
    ]);
    expect(again).toHaveLength(6);
    expect(beside).toContainEqual({ x: 5, attempt: 0, fidelity: 0.1 });
    expect(threads.made()).toBe(2);
  });

  it('replaces a worker that dies, and tries its candidate again', async () => {
    open({ retries: 1, ...(kind === 'web' && { timeoutMs: 1_500 }) }); // a Web Worker that closes itself does not say so
    expect(await evaluate([{ x: 0, trouble: 'exit', tries: 1 }, { x: 1 }, { x: 2 }])).toEqual([
      { x: 0, attempt: 1, fidelity: 1 },
      { x: 1, attempt: 0, fidelity: 1 },
      { x: 2, attempt: 0, fidelity: 1 },
    ]);
  });

  it('terminates a worker that takes too long, and fails its candidate by policy', async () => {
    open({ timeoutMs: 1_000, retries: 1, onFailure: 'discard' });
    const [stuck, ...others] = await evaluate([
      { x: 0, trouble: 'spin' },
      { x: 1 },
      { x: 2, trouble: 'spin', tries: 1 },
    ]);
    expect(stuck).toEqual({
      discarded: expect.stringMatching(/^failed 2 times, at last: The evaluation of .* gave no result in 1000 ms/),
    });
    expect(others).toMatchObject([{ x: 1 }, { x: 2, attempt: 1 }]);
  });

  it('fails a candidate whose worker breaks, or had broken before', async () => {
    open({ size: 1 });
    await expect(evaluate([{ x: 0, trouble: 'uncaught' }])).rejects.toMatchObject({
      code: 'WORKER_DIED',
      message: expect.stringContaining('nobody caught this'),
    });
    expect(await evaluate([{ x: 1, trouble: 'exit later' }])).toEqual([{ x: 1 }]);
    await gone();
    if (kind === 'node') expect(await evaluate([{ x: 2 }])).toEqual([{ x: 2, attempt: 0, fidelity: 1 }]);
  });

  it('throws what the function threw, and keeps the worker', async () => {
    open({ size: 1 });
    const failing = evaluate([{ x: 7, trouble: 'throw' }]);
    await expect(failing).rejects.toMatchObject({
      name: 'RangeError',
      message: '7 is out of range',
      stack: expect.stringContaining('evaluating-worker'),
    });
    await expect(evaluate([{ x: 1, trouble: 'uncloneable' }])).rejects.toThrow('could not be cloned');
    await expect(pool?.evaluate([() => 1], contextOf(['f']))).rejects.toThrow('could not be cloned');
    expect(await evaluate([{ x: 8 }])).toEqual([{ x: 8, attempt: 0, fidelity: 1 }]);
    expect(threads.made()).toBe(1);
  });

  it('says so when a worker does not start, whatever the policy', async () => {
    open({ onFailure: 'discard', size: 1 }, { start: 'fail' });
    await expect(evaluate([{ x: 0 }])).rejects.toMatchObject({
      code: 'WORKER_NOT_STARTED',
      message: expect.stringContaining('no such model'),
    });
    await pool?.close();
    open({ onFailure: 'discard', size: 1, startMs: 1_500 }, { start: 'forget' });
    await expect(evaluate([{ x: 0 }])).rejects.toMatchObject({
      code: 'WORKER_NOT_STARTED',
      message: expect.stringContaining('in 1500 ms'),
    });
  });

  it('does not take other messages for results', async () => {
    open({ size: 1 }, { start: 'chatter' });
    expect(await evaluate([{ x: 4 }])).toEqual([{ x: 4, attempt: 0, fidelity: 1 }]);
  });

  it('rejects at once when the batch is aborted, terminates the workers that run it, and goes on with others', async () => {
    open();
    await evaluate([
      { x: 0, ms: 50 },
      { x: 1, ms: 50 },
    ]); // both workers have started
    const controller = new AbortController();
    const outcome = expect(
      evaluate([{ x: 0, trouble: 'spin' }, { x: 1, ms: 60_000 }, { x: 2 }], controller.signal),
    ).rejects.toMatchObject({ code: 'ABORTED', cause: 'enough' });
    await wait(50);
    const start = performance.now();
    controller.abort('enough');
    await outcome;
    expect(performance.now() - start).toBeLessThan(30_000); // half of what the second would take
    expect(await evaluate([{ x: 3 }])).toEqual([{ x: 3, attempt: 0, fidelity: 1 }]);
    expect(threads.made()).toBeLessThanOrEqual(3);
  });

  it('closes while it runs, for good', async () => {
    open({ retries: 3, onFailure: 'discard' });
    const outcome = expect(
      evaluate([{ x: 0, trouble: 'spin' }, { x: 1, trouble: 'spin' }, { x: 2 }]),
    ).rejects.toMatchObject({ code: 'CLOSED' });
    await wait(20);
    await pool?.close();
    await outcome;
    await expect(evaluate([{ x: 1 }])).rejects.toMatchObject({ code: 'CLOSED' });
    await pool?.close();
    expect(threads.made()).toBe(2);
  });

  it('measures a search', async () => {
    open();
    const problem = {
      objectives: { x: 'minimize', attempt: 'minimize' },
      initial: (random) => ({ x: random.integer(0, 20) }),
      crossover: (a) => [a],
      mutate: ({ x }, random) => ({ x: Math.max(0, x - random.integer(0, 3)) }),
    } satisfies Omit<ConstructorParameters<typeof Search<Task, 'x' | 'attempt'>>[0], 'evaluate'>;
    const options = { seed: 1, populationSize: 6, generations: 5 };
    const parallel = new Search<Task, 'x' | 'attempt'>(
      { ...problem, evaluate: (pool as WorkerPool).evaluate },
      options,
    );
    const serial = new Search<Task, 'x' | 'attempt'>(
      { ...problem, evaluate: async (tasks) => tasks.map(({ x }) => ({ x, attempt: 0 })) },
      options,
    );
    expect(await parallel.run()).toEqual(await serial.run());
    expect(parallel.checkpoint()).toEqual(serial.checkpoint());
  });
});

import { until } from '@length-adaptive/tools/testing/until';
import { queueEvaluator, type QueueEvaluator, type QueueEvaluatorOptions } from './index.js';
import type { TestProcess } from '@length-adaptive/tools/testing/start-process';
import { startTestWorker } from './testing/start-test-worker.js';
import type { Task } from './testing/evaluate-task.js';
import { describeWithRedis } from './testing/with-redis.js';

const contextOf = (tasks: readonly Task[], signal?: AbortSignal) => ({
  generation: 0,
  keys: tasks.map((task) => JSON.stringify(task)),
  ...(signal && { signal }),
});

describeWithRedis('queueEvaluator', ({ redis, file, lines, release }) => {
  let worker: TestProcess;
  const open: QueueEvaluator<Task>[] = [];
  const evaluatorOf = (name: string, options: Partial<QueueEvaluatorOptions> = {}): QueueEvaluator<Task> => {
    const evaluator = queueEvaluator<Task>({
      connection: redis().url,
      study: { name, log: file(name) },
      backoffMs: 20,
      ...options,
    });
    open.push(evaluator);
    return evaluator;
  };

  beforeAll(async () => {
    worker = await startTestWorker({ connection: redis().url, concurrency: 3, settings: { offset: 100 } });
  });
  afterAll(async () => {
    await Promise.all(open.map(({ close }) => close()));
    expect(await worker.end('SIGTERM')).toBe(0);
    expect(worker.printed()).not.toContain('unhandled');
  });

  it('gives results in the order of the genomes, whatever the order in which they come', async () => {
    const arrived: number[] = [];
    const first: Task = { x: 9, held: true };
    const second: Task = { x: 4, held: true };
    const onResult = (key: string): void => {
      arrived.push((JSON.parse(key) as Task).x);
      if (arrived.length < 3) release('order', arrived.length === 1 ? second : first);
    };
    const { evaluate } = evaluatorOf('order', { onResult });
    const tasks = [first, second, { x: 1 }];
    expect(await evaluate(tasks, contextOf(tasks))).toEqual([
      { cost: 109, score: 3 },
      { cost: 104, score: 2 },
      { cost: 101, score: 1 },
    ]);
    expect(arrived).toEqual([1, 4, 9]);
  });

  it('evaluates a genotype once: in a batch, in two batches at a time, and in another search of the study', async () => {
    const { evaluate } = evaluatorOf('once');
    const tasks = [{ x: 1, ms: 50 }, { x: 4 }, { x: 1, ms: 50 }];
    const [first, second] = await Promise.all([evaluate(tasks, contextOf(tasks)), evaluate(tasks, contextOf(tasks))]);
    expect(first).toEqual([
      { cost: 101, score: 1 },
      { cost: 104, score: 2 },
      { cost: 101, score: 1 },
    ]);
    expect(second).toEqual(first);
    const other = queueEvaluator<Task>({ connection: redis().url, study: { log: file('once'), name: 'once' } }); // the order of properties means nothing
    expect(await other.evaluate(tasks, contextOf(tasks))).toEqual(first);
    await other.close();
    expect(lines('once')).toHaveLength(2);
  });

  it('tries again, and then throws what went wrong, with the stack of the worker', async () => {
    const { evaluate } = evaluatorOf('trouble', { attempts: 2 });
    const tasks: Task[] = [{ x: 4, trouble: 'throw', tries: 1 }];
    expect(await evaluate(tasks, contextOf(tasks))).toEqual([{ cost: 104, score: 2 }]);
    expect(lines('trouble').map((line) => line.split(' ')[2])).toEqual(['0', '1']);

    const bad: Task[] = [{ x: 1, trouble: 'throw' }];
    const error: unknown = await Promise.resolve(evaluate(bad, contextOf(bad))).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: 'QueueError',
      code: 'JOB_FAILED',
      message: expect.stringMatching(
        /^The evaluation of \{"x":1,.*\} failed 2 times, at last: 1 is out of range\. Mend it/,
      ),
      cause: { message: '1 is out of range', stack: expect.stringContaining('evaluate-task.ts') },
    });
    // Asked again, it is tried again.
    await expect(evaluate(bad, contextOf(bad))).rejects.toMatchObject({ code: 'JOB_FAILED' });
    expect(lines('trouble')).toHaveLength(6);
  });

  it('discards what fails, by itself, with the reason', async () => {
    const { evaluate } = evaluatorOf('discard', { attempts: 1, onFailure: 'discard' });
    const tasks: Task[] = [
      { x: 1, trouble: 'throw' },
      { x: 4 },
      { x: 2, trouble: 'nan' },
      { x: 3, trouble: 'nothing' },
      { x: 5, trouble: 'exit' },
    ];
    expect(await evaluate(tasks, contextOf(tasks))).toEqual([
      { discarded: 'failed: 1 is out of range' },
      { cost: 104, score: 2 },
      { discarded: "failed: The processor gave cost = NaN; expected finite numbers, or { discarded: 'why' }." },
      { discarded: expect.stringContaining('The processor gave undefined; expected an object') },
      { discarded: expect.stringContaining('Unexpected exit code: 3') },
    ]);
  });

  it('throws, whatever the policy and at once, when the worker refuses the study', async () => {
    const { evaluate } = evaluatorOf('refused', { onFailure: 'discard' });
    const tasks: Task[] = [{ x: 1, trouble: 'refuse' }];
    await expect(evaluate(tasks, contextOf(tasks))).rejects.toMatchObject({
      code: 'STUDY_REFUSED',
      message: 'The data are others here: abc, not def.',
    });
    expect(lines('refused')).toHaveLength(1);
  });

  it('gives up a try that takes too long, counted from when it began', async () => {
    const busy = [1, 2, 3].map((x): Task => ({ x, held: true })); // all threads
    const tasks = [...busy, { x: 4 }]; // which waits for longer than a try may take
    let given = 0;
    const onResult = (): void => {
      if (++given === 3) release('slow', ...busy);
    };
    const discarding = evaluatorOf('slow', { timeoutMs: 1_000, onFailure: 'discard', onResult });
    expect(await discarding.evaluate(tasks, contextOf(tasks))).toEqual([
      ...busy.map(() => ({ discarded: 'no result in 1000 ms' })),
      { cost: 104, score: 2 },
    ]);
    const throwing = evaluatorOf('slower', { timeoutMs: 50 });
    await expect(throwing.evaluate(busy, contextOf(busy))).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: expect.stringContaining('no result in 50 ms: raise timeoutMs'),
    });
    release('slower', ...busy);
  });

  it('aborted, it rejects at once and takes back the jobs that wait', async () => {
    const { evaluate, close } = evaluatorOf('aborted');
    const controller = new AbortController();
    const tasks = Array.from({ length: 12 }, (_, x): Task => ({ x, held: true }));
    const outcome = expect(evaluate(tasks, contextOf(tasks, controller.signal))).rejects.toMatchObject({
      code: 'ABORTED',
      cause: 'enough',
    });
    await until(() => lines('aborted').length === 3);
    controller.abort('enough');
    await outcome;
    await close();
    release('aborted', ...tasks);
    await evaluatorOf('later').evaluate([{ x: 1 }], contextOf([{ x: 1 }])); // whatever still waited would have gone first
    expect(lines('aborted')).toHaveLength(3);
    await expect(evaluate(tasks, contextOf(tasks))).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(evaluatorOf('never').evaluate(tasks, contextOf(tasks, AbortSignal.abort('no')))).rejects.toMatchObject(
      { code: 'ABORTED', cause: 'no' },
    );
  });

  it('closed, it rejects what is under way', async () => {
    const { evaluate, close } = evaluatorOf('closed', { queue: 'nobody' });
    const outcome = expect(evaluate([{ x: 1 }], contextOf([{ x: 1 }]))).rejects.toMatchObject({ code: 'CLOSED' });
    await close();
    await outcome;
  });
});

describe('without a Redis', () => {
  it('says how to start one, within seconds, and hides the password', async () => {
    const { evaluate, close } = queueEvaluator({ connection: 'redis://me:secret@127.0.0.1:1/2', study: 'x' });
    const outcome = Promise.resolve(evaluate([1], { generation: 0, keys: ['1'] }));
    await expect(outcome).rejects.toMatchObject({
      code: 'REDIS_UNREACHABLE',
      message: expect.stringMatching(
        /^No Redis answers at redis:\/\/127\.0\.0\.1:1\/2 \(.*ECONNREFUSED.*\)\. Correct the address, or start one: redis-server/,
      ),
    });
    await close();
  });
});

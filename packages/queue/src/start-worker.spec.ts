import { join } from 'node:path';
import { until } from '@length-adaptive/tools/testing/until';
import { queueEvaluator, startWorker } from './index.js';
import type { TestProcess } from '@length-adaptive/tools/testing/start-process';
import { startTestWorker } from './testing/start-test-worker.js';
import type { Task } from './testing/evaluate-task.js';
import { describeWithRedis } from './testing/with-redis.js';

const contextOf = (tasks: readonly Task[]) => ({ generation: 0, keys: tasks.map((task) => JSON.stringify(task)) });
const processor = join(__dirname, 'testing/evaluate-task.ts');

describeWithRedis('startWorker', ({ redis, file, lines, release }) => {
  const workers: TestProcess[] = [];
  beforeAll(async () => {
    workers.push(
      ...(await Promise.all([0, 1].map(() => startTestWorker({ connection: redis().url, lockDurationMs: 1_500 })))),
    );
  });

  afterAll(() => workers.forEach(({ child }) => child.kill('SIGKILL')));

  it('a job that blocks its thread for longer than the lock keeps the lock: it is evaluated once', async () => {
    const { evaluate, close } = queueEvaluator<Task>({
      connection: redis().url,
      study: { name: 'spin', log: file('spin') },
    });
    const tasks: Task[] = [{ x: 4, spin: 4_000 }];
    expect(await evaluate(tasks, contextOf(tasks))).toEqual([{ cost: 4, score: 2 }]);
    await close();
    expect(lines('spin')).toHaveLength(1);
    for (const worker of workers) expect(worker.printed()).not.toContain('trouble');
  });

  it('on SIGTERM it finishes what runs, takes nothing more, and closes', async () => {
    const { evaluate, close } = queueEvaluator<Task>({
      connection: redis().url,
      study: { name: 'term', log: file('term') },
    });
    const tasks: Task[] = [{ x: 1, held: true }, { x: 9, held: true }, { x: 4 }];
    const batch = Promise.resolve(evaluate(tasks, contextOf(tasks)));
    await until(() => lines('term').length === 2);
    const leaving = workers.findIndex(({ child }) => lines('term')[0]?.startsWith(`${child.pid} `));
    const [worker] = workers.splice(leaving, 1);
    worker?.child.kill('SIGTERM');
    await worker?.has('leaving');
    const [own, other] = lines('term')[0]?.includes('"x":1') ? tasks : tasks.slice(0, 2).reverse();
    release('term', own as Task);
    expect(await worker?.exit()).toBe(0); // before the other is free, though a job waits
    expect(worker?.printed()).toMatch(/leaving\ndone \{"x":\d,"held":true\}\nclosed\n$/);
    release('term', other as Task);
    expect(await batch).toEqual([
      { cost: 1, score: 1 },
      { cost: 9, score: 3 },
      { cost: 4, score: 2 },
    ]);
    await close();
    expect(lines('term')).toHaveLength(3);
    expect(lines('term').filter((line) => line.startsWith(`${worker?.child.pid} `))).toHaveLength(1);
  });

  it('closes, though its Redis went away', async () => {
    await redis().stop();
    expect(await workers.pop()?.end('SIGINT')).toBe(0);
    await redis().start();
  });

  it('refuses what it cannot work with', async () => {
    const connection = redis().url;
    await expect(startWorker({ connection, processor: './nowhere.mjs' })).rejects.toMatchObject({
      code: 'PROCESSOR_INVALID',
      message: expect.stringContaining('nowhere.mjs does not exist'),
    });
    await expect(startWorker({ connection, processor, maxStalledCount: 1 })).rejects.toThrow(
      'maxStalledCount is 1; expected a whole number from 2 up.',
    );
    await expect(startWorker({ connection, processor, concurrency: 0 })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
    await expect(startWorker({ connection, processor, queue: 'a:b' })).rejects.toThrow(
      'queue is "a:b"; expected a name without a colon.',
    );
    await expect(startWorker({ connection: 'redis://127.0.0.1:1', processor })).rejects.toMatchObject({
      code: 'REDIS_UNREACHABLE',
    });
  });
});

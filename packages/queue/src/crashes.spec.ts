import { until } from '@length-adaptive/tools/testing/until';
import { queueEvaluator } from './index.js';
import { openRedis } from './open-redis.js';
import { startTestWorker } from './testing/start-test-worker.js';
import type { Task } from './testing/evaluate-task.js';
import { searchWith, serially } from './testing/trade-off-search.js';
import { describeWithRedis } from './testing/with-redis.js';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describeWithRedis('a search whose workers and Redis crash', ({ redis, file, lines }) => {
  it('ends with the front of a serial run', async () => {
    const expected = await searchWith(serially);
    const options = { connection: redis().url, lockDurationMs: 1_000 };
    const [victim, survivor] = await Promise.all([startTestWorker(options), startTestWorker(options)]);
    const evaluator = queueEvaluator<Task, 'cost' | 'score'>({
      connection: redis().url,
      study: { name: 'crash', log: file('log') },
      pollMs: 300,
    });
    const reached = new Map<number, () => void>();
    const generation = (number: number): Promise<void> => new Promise((resolve) => reached.set(number, resolve));

    const crashes = (async () => {
      await generation(0);
      // Until it has taken a job, which is lost with it.
      const mine = (): number => lines('log').filter((line) => line.startsWith(`${victim.child.pid} `)).length;
      const before = mine();
      await until(() => mine() > before);
      expect(await victim.end('SIGKILL')).toBe('SIGKILL');
      await generation(2);
      await pause(50);
      await redis().stop('SIGTERM');
      await pause(300);
      await redis().start();
      await generation(3);
      await pause(50);
      await redis().stop('SIGKILL'); // up to a second of what it knew is lost
      await redis().start();
    })();
    const front = await searchWith(evaluator.evaluate, (number) => reached.get(number)?.());
    await crashes;
    expect(front).toEqual(expected);
    await evaluator.close();
    expect(await survivor.end('SIGTERM')).toBe(0);
    expect(survivor.printed()).not.toContain('unhandled');
  });

  it('gives up when Redis stays away', async () => {
    const evaluator = queueEvaluator<Task>({
      connection: redis().url,
      study: 'away',
      queue: 'away',
      pollMs: 50,
      reconnectMs: 400,
    });
    const batch = Promise.resolve(evaluator.evaluate([{ x: 1 }], { generation: 0, keys: ['1'] }));
    const outcome = expect(batch).rejects.toMatchObject({
      code: 'REDIS_UNREACHABLE',
      message: expect.stringContaining('no answer in 400 ms'),
    });
    const { client, disconnect } = await openRedis(redis().url);
    await until(async () => (await client.keys('bull:away:*')).length > 0); // it waits for its job
    disconnect();
    await redis().stop();
    await outcome;
    await redis().start();
    await evaluator.close();
  });
});

import fc from 'fast-check';
import { opset } from './export-graph.js';
import { createGraph } from './graph/graph-builder.js';

import type { RuntimeSession } from './runtime.js';
import { openSession } from './runtime.js';
import { createSessionPool } from './session-pool.js';
import { countingRuntime } from './testing/counting-runtime.js';

/** x + number */
const adding = (number: number): Uint8Array => {
  const g = createGraph();
  g.output('y', g.op('Add', [g.input('x', 'float32', [1]), g.float(number)]), 'float32', [1]);
  return g.model({ opset });
};

const setUp = async (most: number) => {
  const counting = await countingRuntime();
  const pool = createSessionPool(most);
  const open = (number: number) => async (): Promise<RuntimeSession> =>
    (await openSession(adding(number), { runtime: counting.runtime, threads: 1 })).session;
  const add = (number: number): Promise<number> =>
    pool.use(String(number), open(number), async (session) => {
      const x = new counting.runtime.Tensor('float32' as never, Float32Array.of(100) as never, [1]);
      const { y } = await session.run({ x });
      return (y?.data as Float32Array)[0] ?? Number.NaN;
    });
  return { ...counting, pool, add };
};

test('whatever is asked for at once and in turn, each has its own session, and few stay open', async () => {
  const waves = fc.array(fc.array(fc.nat(6), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), waves, async (limit, asked) => {
      const { pool, add, live, most } = await setUp(limit);
      for (const wave of asked) {
        expect(await Promise.all(wave.map(add))).toEqual(wave.map((number) => 100 + number));
        expect(live()).toBeLessThanOrEqual(limit);
        expect(most()).toBeLessThanOrEqual(Math.max(limit, 5));
      }
      await pool.release();
      expect(live()).toBe(0);
    }),
    { numRuns: 20 },
  );
});

test('one by one never more are open than stay open; those that were used last do', async () => {
  const { pool, add, opened, most } = await setUp(2);
  for (const number of [1, 2, 1, 2, 1]) await add(number);
  expect(opened()).toBe(2);
  await add(3); // in the place of 2
  await add(1);
  expect(opened()).toBe(3);
  await add(2);
  expect([opened(), most()]).toEqual([4, 2]);
  await pool.release();
});

test('one that does not open is tried again, and takes no place', async () => {
  const { pool, add, opened } = await setUp(1);
  await add(1);
  const broken = pool.use(
    '2',
    () => Promise.reject(new Error('no file')),
    () => Promise.resolve(0),
  );
  await expect(broken).rejects.toThrow('no file');
  expect([await add(2), await add(2), opened()]).toEqual([102, 102, 2]);
  await pool.release();
});

test('what fails on a session leaves it open', async () => {
  const { pool, add, opened, live } = await setUp(1);
  await add(1);
  const failed = pool.use(
    '1',
    () => Promise.reject(new Error('open')),
    () => Promise.reject(new Error('run')),
  );
  await expect(failed).rejects.toThrow('run');
  expect([await add(1), opened(), live()]).toEqual([101, 1, 1]);
  await pool.release();
});

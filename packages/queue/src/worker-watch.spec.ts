import type { JobStatus } from './job-store.js';
import { createWorkerWatch } from './worker-watch.js';

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
afterEach(() => void jest.useRealTimers());

const waiting: readonly JobStatus[] = [{ state: 'waiting' }, { state: 'missing' }];

describe('the worker watch', () => {
  it('tells once that nobody works, and again after somebody did', async () => {
    const onNoWorker = jest.fn();
    let workers = 0;
    const check = createWorkerWatch({ countWorkers: async () => workers }, onNoWorker);
    const later = async (ms: number, statuses = waiting): Promise<number> => {
      jest.advanceTimersByTime(ms);
      await check(statuses);
      return onNoWorker.mock.calls.length;
    };
    expect(await later(4_900)).toBe(0);
    expect(await later(200)).toBe(1);
    expect(await later(60_000)).toBe(1);
    expect(await later(1_000, [{ state: 'active', start: 1 }])).toBe(1);
    expect(await later(6_000)).toBe(2);
    await later(0, [{ state: 'completed', value: {} }]);
    workers = 1; // busy with something else
    expect(await later(60_000)).toBe(2);
    workers = 0;
    expect(await later(6_000)).toBe(3);
    expect(await later(60_000, [])).toBe(3);
  });

  it('asks nothing when nobody wants to know, and believes a Redis that does not tell', async () => {
    const countWorkers = jest.fn(async () => undefined);
    const silent = createWorkerWatch({ countWorkers }, undefined);
    jest.advanceTimersByTime(10_000);
    await silent(waiting);
    expect(countWorkers).not.toHaveBeenCalled();
    const onNoWorker = jest.fn();
    const check = createWorkerWatch({ countWorkers }, onNoWorker);
    jest.advanceTimersByTime(10_000);
    await check(waiting);
    expect(countWorkers).toHaveBeenCalledTimes(1);
    expect(onNoWorker).not.toHaveBeenCalled();
  });
});

import type { JobView } from './job-desk.js';
import { createVigil } from './vigil.js';

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
afterEach(() => void jest.useRealTimers());

const waiting: readonly JobView[] = [{ state: 'waiting' }, { state: 'missing' }];

describe('the watch over workers', () => {
  it('tells once that nobody works, and again after somebody did', async () => {
    const onNoWorker = jest.fn();
    let workers = 0;
    const look = createVigil({ workers: async () => workers }, onNoWorker);
    const later = async (ms: number, views = waiting): Promise<number> => {
      jest.advanceTimersByTime(ms);
      await look(views);
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
    const workers = jest.fn(async () => undefined);
    const silent = createVigil({ workers }, undefined);
    jest.advanceTimersByTime(10_000);
    await silent(waiting);
    expect(workers).not.toHaveBeenCalled();
    const onNoWorker = jest.fn();
    const look = createVigil({ workers }, onNoWorker);
    jest.advanceTimersByTime(10_000);
    await look(waiting);
    expect(workers).toHaveBeenCalledTimes(1);
    expect(onNoWorker).not.toHaveBeenCalled();
  });
});

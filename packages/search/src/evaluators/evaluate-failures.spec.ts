import type { EvaluateContext } from '../index.js';
import { evaluateEach } from './evaluate-each.js';

const contextOf = (genomes: readonly unknown[], signal?: AbortSignal): EvaluateContext => ({
  generation: 0,
  keys: genomes.map((genome) => JSON.stringify(genome)),
  ...(signal && { signal }),
});

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const never = (): Promise<{ x: number }> => new Promise(() => undefined);

/** The timers that were started since and have neither fired nor been called off. */
const watchTimers = (): (() => number) => {
  const pending = new Set<unknown>();
  const { setTimeout: start, clearTimeout: stop } = globalThis;
  jest.spyOn(globalThis, 'setTimeout').mockImplementation((call: () => void, ms?: number) => {
    const timer = start(() => {
      pending.delete(timer);
      call();
    }, ms);
    pending.add(timer);
    return timer;
  });
  jest.spyOn(globalThis, 'clearTimeout').mockImplementation((timer) => {
    pending.delete(timer);
    stop(timer);
  });
  return () => pending.size;
};

afterEach(() => jest.restoreAllMocks());

describe('evaluateEach, when evaluations fail', () => {
  it('throws what the function threw, unchanged, tells the others to stop, and starts no more', async () => {
    const error = new RangeError('boom');
    const started: number[] = [];
    const reasons: unknown[] = [];
    const evaluate = evaluateEach(
      async (x: number, { signal }) => {
        started.push(x);
        signal.addEventListener('abort', () => reasons.push(signal.reason));
        if (x !== 1) return never();
        await wait(5);
        throw error;
      },
      { concurrency: 3, timeoutMs: 10_000 },
    );
    await expect(evaluate([0, 1, 2, 3, 4], contextOf([0, 1, 2, 3, 4]))).rejects.toBe(error);
    await wait(5);
    expect(started).toEqual([0, 1, 2]);
    expect(reasons).toEqual([error, error, error]);
  });

  it('one at a time: none starts after the one that failed', async () => {
    const started: number[] = [];
    const evaluate = evaluateEach(
      (x: number): { x: number } => {
        started.push(x);
        throw new Error('boom');
      },
      { concurrency: 1 },
    );
    await expect(evaluate([0, 1, 2], contextOf([0, 1, 2]))).rejects.toThrow('boom');
    await wait(5);
    expect(started).toEqual([0]);
  });

  it('discards a candidate that fails, by itself, with the reason', async () => {
    const evaluate = evaluateEach(
      async (x: number) => {
        if (x === 1) throw new Error('boom');
        if (x === 2) return Promise.reject('a string'); // eslint-disable-line @typescript-eslint/prefer-promise-reject-errors
        return x === 3 ? { discarded: 'by myself' } : { x };
      },
      { onFailure: 'discard' },
    );
    expect(await evaluate([0, 1, 2, 3], contextOf([0, 1, 2, 3]))).toEqual([
      { x: 0 },
      { discarded: 'failed: boom' },
      { discarded: 'failed: a string' },
      { discarded: 'by myself' },
    ]);
  });

  it('tries again, later and later', async () => {
    const starts: number[] = [];
    const evaluate = evaluateEach(
      async (x: number, { attempt }) => {
        starts.push(performance.now());
        if (attempt < 3) throw new Error(`try ${attempt}`);
        return { x };
      },
      { retries: 3, backoffMs: 20 },
    );
    expect(await evaluate([5], contextOf([5]))).toEqual([{ x: 5 }]);
    const gaps = starts.slice(1).map((start, i) => start - (starts[i] ?? 0));
    expect(gaps).toHaveLength(3);
    [20, 40, 80].forEach((least, i) => expect(gaps[i]).toBeGreaterThan(least - 2));
  });

  it('gives up after the last try, and says how many there were', async () => {
    const one = async (_: number, { attempt }: { attempt: number }): Promise<{ x: number }> => {
      throw new Error(`try ${attempt}`);
    };
    const discarding = evaluateEach(one, { retries: 2, backoffMs: 1, onFailure: 'discard' });
    expect(await discarding([0], contextOf([0]))).toEqual([{ discarded: 'failed 3 times, at last: try 2' }]);
    await expect(evaluateEach(one, { retries: 2, backoffMs: 1 })([0], contextOf([0]))).rejects.toThrow('try 2');
  });

  it('ends a try that takes too long, and ignores what it gives later', async () => {
    const reasons: unknown[] = [];
    const late: number[] = [];
    const evaluate = evaluateEach(
      async (x: number, { signal, attempt }) => {
        signal.addEventListener('abort', () => reasons.push(signal.reason));
        if (attempt > 0) return { x };
        await wait(60);
        late.push(x);
        if (x === 1) throw new Error('too late to matter');
        return { x: -1 };
      },
      { timeoutMs: 20, retries: 1, backoffMs: 0 },
    );
    expect(await evaluate([0, 1], contextOf([0, 1]))).toEqual([{ x: 0 }, { x: 1 }]);
    expect(late).toEqual([]);
    await wait(80);
    expect(late).toEqual([0, 1]);
    expect(reasons).toEqual([
      expect.objectContaining({ code: 'TIMED_OUT' }),
      expect.objectContaining({ code: 'TIMED_OUT' }),
    ]);
  });

  it('names the candidate that took too long', async () => {
    const evaluate = evaluateEach((_: number) => never(), { timeoutMs: 10 });
    await expect(evaluate([42], contextOf([42]))).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: expect.stringContaining('of 42 gave no result in 10 ms'),
    });
  });

  it('rejects at once when the batch is aborted, without waiting for what runs or waits for a retry', async () => {
    const timers = watchTimers();
    const controller = new AbortController();
    const started: number[] = [];
    const reasons: unknown[] = [];
    const evaluate = evaluateEach(
      (x: number, { signal }) => {
        started.push(x);
        if (x === 0) throw new Error('try again in a minute');
        signal.addEventListener('abort', () => reasons.push(signal.reason));
        return never();
      },
      { concurrency: 3, timeoutMs: 60_000, retries: 5, backoffMs: 60_000 },
    );
    const genomes = Array.from({ length: 30 }, (_, i) => i);
    const batch = evaluate(genomes, contextOf(genomes, controller.signal));
    const outcome = expect(batch).rejects.toMatchObject({ code: 'ABORTED', cause: 'enough' });
    await wait(5);
    expect(timers()).toBe(3); // two time limits, one pause
    controller.abort('enough');
    await outcome;
    await wait(5);
    expect(started).toEqual([0, 1, 2]);
    expect(reasons).toEqual(['enough', 'enough']);
    expect(timers()).toBe(0);
  });

  it('starts nothing under a signal that has aborted', async () => {
    const one = jest.fn(() => ({ x: 1 }));
    await expect(evaluateEach(one)([1], contextOf([1], AbortSignal.abort('no')))).rejects.toMatchObject({
      code: 'ABORTED',
      cause: 'no',
    });
    expect(one).not.toHaveBeenCalled();
  });

  it('leaves no timer and no warning of listeners behind', async () => {
    const timers = watchTimers();
    const warnings: unknown[] = [];
    const onWarning = (warning: unknown): void => void warnings.push(warning);
    process.on('warning', onWarning);
    const genomes = Array.from({ length: 100 }, (_, i) => i);
    const { signal } = new AbortController();
    const evaluate = evaluateEach(async (x: number) => (x % 2 ? { x } : Promise.reject(new Error('even'))), {
      timeoutMs: 60_000,
      retries: 2,
      backoffMs: 1,
      onFailure: 'discard',
    });
    expect(await evaluate(genomes, contextOf(genomes, signal))).toHaveLength(100);
    await wait(5);
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
    expect(timers()).toBe(0);
  });
});

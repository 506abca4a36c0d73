import { availableParallelism } from 'node:os';
import { defaultSize } from './default-size.js';
import { packError, unpackError } from './protocol.js';
import { serveEvaluations, workerPool } from './index.js';

describe('serveEvaluations', () => {
  it('refuses a main thread', () => {
    expect(() => serveEvaluations((x: number) => ({ x }))).toThrow(expect.objectContaining({ code: 'NOT_A_WORKER' }));
  });
});

describe('errors between threads', () => {
  it('keep their name, message and stack', () => {
    const error = new TypeError('boom');
    expect(unpackError(structuredClone(packError(error)))).toMatchObject({
      name: 'TypeError',
      message: 'boom',
      stack: error.stack,
    });
    for (const thrown of ['text', undefined, null, 7])
      expect(packError(thrown)).toEqual({ name: 'Error', message: String(thrown), stack: '' });
  });
});

describe('a pool', () => {
  it('that cannot make workers says so, whatever the policy', async () => {
    const worker = (): never => {
      throw new TypeError('no such file');
    };
    const pool = workerPool({ worker, size: 1, onFailure: 'discard' });
    const message = 'No worker could be made: no such file. Mend the function `worker`.';
    await expect(pool.evaluate([1], { generation: 0, keys: ['1'] })).rejects.toMatchObject({
      code: 'WORKER_NOT_STARTED',
      message,
    });
    await pool.close();
  });
});

describe('the size of a pool', () => {
  it('is the cores of the machine unless given', () => {
    expect(defaultSize()).toBe(availableParallelism());
  });

  it.each([
    [{ size: 0 }, 'size is 0'],
    [{ timeoutMs: -1 }, 'timeoutMs is -1'],
    [{ startMs: 0 }, 'startMs is 0'],
    [{ retries: 0.5 }, 'retries is 0.5'],
  ])('and the other options are checked: %p', (options, words) => {
    const worker = (): never => {
      throw new Error('no worker is made before one is needed');
    };
    expect(() => workerPool({ worker, ...options })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(words) }),
    );
  });
});

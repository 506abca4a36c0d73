import { queueEvaluator, showAddress, type QueueEvaluatorOptions } from './index.js';
import { jobIdsOf } from './job.js';
import { parseAddress } from './redis-address.js';

const connection = 'redis://127.0.0.1:6379';

describe('options', () => {
  it.each<[Partial<QueueEvaluatorOptions>, string]>([
    [
      { connection: 'localhost:6379' },
      'connection is "localhost:6379"; expected a Redis address such as "redis://127.0.0.1:6379" or { host, port }.',
    ],
    [{ connection: 'http://me:secret@localhost' }, 'connection is "http://***@localhost"'],
    [{ connection: 'redis://localhost/jobs' }, 'connection is "redis://localhost/jobs"'],
    [
      { connection: 'redis://:50%off@localhost' },
      'connection is "redis://***@localhost"; expected a user and a password in which a percent sign is written %25.',
    ],
    [{ connection: undefined as never }, 'connection is undefined'],
    [{ queue: 'a:b' }, 'queue is "a:b"; expected a name without a colon.'],
    [{ study: undefined }, 'study cannot be written as JSON'],
    [{ study: { n: 1n } }, 'study cannot be written as JSON'],
    [{ attempts: 0 }, 'attempts is 0; expected a whole number from 1 up.'],
    [{ timeoutMs: 0 }, 'timeoutMs is 0; expected milliseconds from 1 up.'],
    [{ backoffMs: -1 }, 'backoffMs is -1'],
    [{ pollMs: NaN }, 'pollMs is NaN'],
    [{ reconnectMs: Infinity }, 'reconnectMs is Infinity'],
    [{ keepMs: 1 }, 'keepMs is 1'],
    [{ onFailure: 'ignore' as never }, `onFailure is "ignore"; expected 'throw' or 'discard'.`],
  ])('%j is refused at once', (options, message) => {
    const make = () => queueEvaluator({ connection, study: 'x', ...options });
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ name: 'QueueError', code: 'OPTION_INVALID' }));
  });

  it('addresses are read, and shown without who may use them', () => {
    expect(parseAddress('rediss://me:p%40ss@db.example:7000/3')).toEqual({
      host: 'db.example',
      port: 7000,
      username: 'me',
      password: 'p@ss',
      db: 3,
      tls: true,
    });
    expect(parseAddress('redis://[::1]:7000')).toEqual({ host: '::1', port: 7000, tls: false });
    expect(showAddress('rediss://me:secret@db.example:7000/3')).toBe('rediss://db.example:7000/3');
    expect(showAddress('redis://[::1]')).toBe('redis://[::1]:6379');
    expect(showAddress({ password: 'secret' })).toBe('redis://127.0.0.1:6379');
  });
});

describe('names of jobs', () => {
  it('are those of study and genotype, in whatever order properties stand', () => {
    const idOf = jobIdsOf({ data: { a: 1, b: [1, 2] }, name: 'x' });
    expect(idOf('[1,2]')).toMatch(/^g-[\da-f]{32}$/);
    expect(jobIdsOf({ name: 'x', data: { b: [1, 2], a: 1 } })('[1,2]')).toBe(idOf('[1,2]'));
    expect(idOf('[1,3]')).not.toBe(idOf('[1,2]'));
    expect(jobIdsOf({ data: { a: 1, b: [2, 1] }, name: 'x' })('[1,2]')).not.toBe(idOf('[1,2]'));
  });
});

import { checkSignal, measureInTurn } from './measure-in-turn.js';

/** A clock that only contenders move. */
const clock = () => {
  let time = 0;
  return { now: () => time, takes: (milliseconds: number) => async () => void (time += milliseconds) };
};

test('contenders take turns, after a round that does not count', async () => {
  const order: string[] = [];
  const run = (name: string) => async () => void order.push(name);
  const timings = await measureInTurn([run('a'), run('b')], { seconds: 0, rest: 0 });
  expect(order.join('')).toBe('ab'.repeat(6));
  expect(timings.map(({ rounds }) => rounds)).toEqual([5, 5]);
});

test('rounds go on until the time is used', async () => {
  const { now, takes } = clock();
  const shares: number[] = [];
  const timings = await measureInTurn([takes(10), takes(30)], {
    seconds: 0.4,
    rest: 0,
    now,
    onRun: (share) => shares.push(share),
  });
  expect(timings).toEqual([
    { p50Ms: 10, p95Ms: 10, rounds: 10 },
    { p50Ms: 30, p95Ms: 30, rounds: 10 },
  ]);
  expect(shares).toHaveLength(20);
  expect(shares.at(-1)).toBe(1);
  expect([...shares].sort((a, b) => a - b)).toEqual(shares);
});

test('quantiles of uneven rounds', async () => {
  let time = 0;
  const durations = [99, 1, 2, 3, 4, 100]; // the first is the warm-up
  const [timing] = await measureInTurn([async () => void (time += durations.shift() ?? 0)], {
    seconds: 0,
    rest: 0,
    now: () => time,
  });
  expect(timing).toMatchObject({ p50Ms: 3, rounds: 5 });
  expect(timing?.p95Ms).toBeCloseTo(80.8, 10);
});

test('a signal stops it between two runs', async () => {
  const stop = new AbortController();
  let runs = 0;
  const run = async () => {
    if (++runs === 3) stop.abort();
  };
  await expect(measureInTurn([run], { seconds: 60, signal: stop.signal, rest: 0 })).rejects.toMatchObject({
    name: 'CliError',
    code: 'ABORTED',
  });
  expect(runs).toBe(3);
  expect(() => checkSignal(undefined)).not.toThrow();
});

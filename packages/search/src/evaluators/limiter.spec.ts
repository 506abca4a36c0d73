import { createLimiter } from './limiter.js';

describe('a limiter', () => {
  it('starts hundreds of thousands of pieces of work in their order, some at a time', async () => {
    const limiter = createLimiter(3);
    const started: number[] = [];
    let [running, most] = [0, 0];
    const work = (i: number) => async (): Promise<void> => {
      started.push(i);
      most = Math.max(most, (running += 1));
      await Promise.resolve();
      running -= 1;
    };
    const numbers = Array.from({ length: 150_000 }, (_, i) => i); // long where each moves all that wait
    await Promise.all(numbers.map((i) => limiter(work(i))));
    expect(started).toEqual(numbers);
    expect(most).toBe(3);
  });

  it('gives the place of what fails to the next', async () => {
    const limiter = createLimiter(1);
    const outcomes = await Promise.allSettled([
      limiter(() => Promise.reject(new Error('no'))),
      limiter(() => Promise.resolve(2)),
      limiter(() => Promise.resolve(3)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(await limiter(() => Promise.resolve(4))).toBe(4);
  });
});

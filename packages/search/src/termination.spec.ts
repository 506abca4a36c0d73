import {
  afterEvaluations,
  afterGenerations,
  afterSeconds,
  allOf,
  anyOf,
  minimize,
  Search,
  whenReached,
  whenStagnant,
  type Termination,
} from './index.js';
import { tradeOff } from './testing/trade-off.js';

const options = { seed: 1, populationSize: 10 };
const reference = { cost: 4, score: 0 };

const run = (until: Termination<'cost' | 'score'>, extra: object = {}) =>
  minimize(tradeOff(), { ...options, ...extra, until });

describe('when a search ends', () => {
  it('after generations, evaluations or a target, whichever is first', async () => {
    expect(await run(afterGenerations(3))).toMatchObject({ stopped: 'generations', generation: 3 });
    expect(await run(afterEvaluations(35))).toMatchObject({ stopped: 'evaluations', evaluations: 40 });
    expect(await run(anyOf(afterGenerations(30), afterEvaluations(35)))).toMatchObject({ stopped: 'evaluations' });
    expect(await run(allOf(afterGenerations(2), afterEvaluations(35)))).toMatchObject({
      stopped: 'generations and evaluations',
      evaluations: 40,
    });
    const { front, stopped } = await run(whenReached({ score: 7, cost: 3 }), { generations: 200 });
    expect(stopped).toBe('target');
    expect(front.some(({ objectives }) => objectives.score >= 7 && objectives.cost <= 3)).toBe(true);
  });

  it('after some time', async () => {
    const { stopped, generation } = await run(afterSeconds(0.05), { populationSize: 2 });
    expect(stopped).toBe('time');
    expect(generation).toBeGreaterThan(0);
  });

  it('when the hypervolume stands still', async () => {
    const until = whenStagnant({ generations: 6, tolerance: 0.01 });
    const search = new Search(tradeOff(2), { ...options, until, generations: 500, reference });
    const volumes: number[] = [];
    const result = await search.run({ onGeneration: ({ hypervolume }) => void volumes.push(hypervolume ?? NaN) });
    expect(result.stopped).toBe('stagnation');
    const last = volumes.at(-1) ?? NaN;
    expect(last - (volumes.at(-7) ?? NaN)).toBeLessThan(0.01 * last);
    // A front of a bounded population may lose a little again: none of the six before may lie further below.
    const isStill = (volume: number, i: number): boolean =>
      i >= 6 && volumes.slice(i - 6, i).every((before) => volume - before < 0.01 * volume);
    expect(volumes.findIndex(isStill)).toBe(volumes.length - 1);
  });

  it('a resumed search ends where the whole one does', async () => {
    const limits = { until: whenStagnant({ generations: 6, tolerance: 0.01 }), generations: 500 };
    const whole = new Search(tradeOff(2), { ...options, ...limits, reference });
    await whole.run();
    const half = new Search(tradeOff(2), { ...options, generations: 4, reference });
    await half.run();
    const resumed = Search.resume(tradeOff(2), JSON.parse(JSON.stringify(half.checkpoint())), limits);
    expect((await resumed.run()).stopped).toBe('stagnation');
    expect(resumed.checkpoint()).toEqual(whole.checkpoint());
  });

  it('progress rises from 0 to 1', async () => {
    const seen: number[] = [];
    for await (const { progress } of new Search(tradeOff(), {
      ...options,
      generations: 20,
      until: allOf(afterGenerations(8), afterEvaluations(90)),
    }))
      seen.push(progress);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.every((progress) => progress >= 0 && progress <= 1)).toBe(true);
    expect(seen.at(-1)).toBe(1);
    expect(seen[0]).toBeLessThan(0.2);
  });

  it('refuses what cannot be', async () => {
    const invalid = { code: 'INVALID_OPTION' };
    expect(() => afterSeconds(0)).toThrow(expect.objectContaining(invalid));
    expect(() => whenStagnant({ tolerance: -1 })).toThrow(expect.objectContaining(invalid));
    expect(() => new Search(tradeOff(), { until: 3 as never })).toThrow(expect.objectContaining(invalid));
    await expect(run(whenStagnant())).rejects.toMatchObject({
      ...invalid,
      message: expect.stringContaining('give `reference`'),
    });
    await expect(run(whenReached({ speed: 1 } as never))).rejects.toMatchObject({
      ...invalid,
      message: expect.stringContaining('"speed"'),
    });
  });
});

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Search, type Problem } from './index.js';
import { tradeOff } from './testing/trade-off.js';
import { zdt1 } from './suites/index.js';

const options = { seed: 11, populationSize: 30 };

const searchOn = (name: string, checkpoint: unknown, generations: number): string =>
  execFileSync(
    process.execPath,
    ['--import', 'tsx', join(__dirname, 'testing', 'search-process.ts'), name, String(generations)],
    {
      input: JSON.stringify(checkpoint),
      encoding: 'utf8',
      maxBuffer: 2 ** 27,
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  );

describe('checkpoint', () => {
  it.each([
    ['trade-off', tradeOff() as Problem<readonly number[]>],
    ['zdt1', zdt1() as Problem<readonly number[]>],
  ])('%s: 40 generations are 20, saved, and 20 more in a new process, bit for bit', async (name, problem) => {
    const whole = new Search(problem, { ...options, generations: 40 });
    await whole.run();
    const half = new Search(problem, { ...options, generations: 20 });
    await half.run();
    expect(searchOn(name, half.checkpoint(), 40)).toBe(JSON.stringify(whole.checkpoint()));
  });

  it('can be taken before the start, at every generation and after the end', async () => {
    const search = new Search(tradeOff(), { ...options, generations: 3 });
    const saved = [JSON.stringify(search.checkpoint())];
    await search.run({ onGeneration: () => void saved.push(JSON.stringify(search.checkpoint())) });
    const last = saved.at(-1);
    for (const text of saved) {
      const resumed = Search.resume(tradeOff(), JSON.parse(text), { generations: 3 });
      await resumed.run();
      expect(JSON.stringify(resumed.checkpoint())).toBe(last);
      expect(resumed.front()).toEqual(search.front());
    }
  });

  it('keeps what is known: what was evaluated before is not evaluated after', async () => {
    const search = new Search(tradeOff(1), { seed: 1, populationSize: 8, generations: 1 });
    await search.run();
    const before = new Set(search.evaluated().map(({ genome }) => JSON.stringify(genome)));
    const again: string[] = [];
    const base = tradeOff(1);
    const watched = tradeOff(1, {
      evaluate: (genomes, context) => {
        again.push(...genomes.map((genome) => JSON.stringify(genome)).filter((key) => before.has(key)));
        return base.evaluate(genomes, context);
      },
    });
    const resumed = Search.resume(watched, search.checkpoint(), { generations: Infinity });
    await expect(resumed.run()).resolves.toMatchObject({ stopped: 'saturated', evaluations: 20 });
    expect(again).toEqual([]);
  });

  it('refuses what it cannot read, and says why', async () => {
    const search = new Search(tradeOff(), { ...options, generations: 0 });
    await search.run();
    const good = search.checkpoint();
    const resume = (data: unknown) => () => Search.resume(tradeOff(), data, { generations: 1 });
    expect(resume(good)).not.toThrow();
    const spoilt = [{ format: 'other' }, { population: [99] }, { evaluated: [{}] }, { random: 3 }];
    for (const data of [null, 'text', {}, ...spoilt.map((change) => ({ ...good, ...change }))]) {
      expect(resume(data)).toThrow(expect.objectContaining({ code: 'INVALID_CHECKPOINT' }));
    }
    expect(resume({ ...good, version: 3 })).toThrow(
      expect.objectContaining({ code: 'CHECKPOINT_VERSION', message: expect.stringContaining('version 3') }),
    );
    const other = { ...tradeOff(), objectives: { cost: 'minimize', score: 'minimize' } } as const;
    expect(() => Search.resume(other, good, { generations: 1 })).toThrow(
      expect.objectContaining({ code: 'CHECKPOINT_MISMATCH' }),
    );
  });
});

describe('a limit of evaluations that cuts a generation', () => {
  const run = async (search: Search<readonly number[], 'cost' | 'score'>): Promise<string> => {
    await search.run();
    return JSON.stringify(search.checkpoint());
  };
  const reference = { cost: 4, score: 0 };

  it.each([
    [7, 'in the initial population'],
    [31, 'one after a generation'],
    [50, 'in the middle'],
    [59, 'one before the end'],
    [60, 'at the end'],
  ])('%d, %s: saved and resumed, the search equals the one that was never interrupted', async (evaluations) => {
    const whole = await run(new Search(tradeOff(), { ...options, reference, evaluations: 200 }));
    const batches: number[] = [];
    const base = tradeOff();
    const watched = tradeOff(4, {
      evaluate: (genomes, context) => {
        batches.push(genomes.length);
        return base.evaluate(genomes, context);
      },
    });
    const first = new Search(watched, { ...options, reference, evaluations });
    const saved: unknown = JSON.parse(await run(first));
    const resumed = Search.resume(watched, saved, { evaluations: 200 });
    expect(resumed.evaluations).toBe(evaluations);
    expect(resumed.front()).toEqual(first.front());
    resumed.ask(); // candidates are out, no generation is complete: it stands where it was saved
    expect(resumed.checkpoint()).toEqual(saved);
    expect(await run(resumed)).toBe(whole);
    expect(batches.reduce((sum, batch) => sum + batch, 0)).toBe(200); // nothing is measured twice
  });

  it('may cut the same generation again and again', async () => {
    const whole = await run(new Search(tradeOff(), { ...options, evaluations: 100 }));
    let text = await run(new Search(tradeOff(), { ...options, evaluations: 37 }));
    for (const evaluations of [38, 38, 41, 59, 60, 61, 100])
      text = await run(Search.resume(tradeOff(), JSON.parse(text), { evaluations }));
    expect(text).toBe(whole);
  });

  it('refuses a cut generation that fits no evaluations', async () => {
    const search = new Search(tradeOff(), { ...options, evaluations: 50 });
    await search.run();
    const good = search.checkpoint();
    for (const cut of [3, {}, { ...good.cut, evaluations: 51 }, { ...good.cut, population: [40] }]) {
      expect(() => Search.resume(tradeOff(), { ...good, cut }, { evaluations: 60 })).toThrow(
        expect.objectContaining({ code: 'INVALID_CHECKPOINT' }),
      );
    }
  });
});

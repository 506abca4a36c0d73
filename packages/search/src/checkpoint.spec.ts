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

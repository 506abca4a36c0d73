import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { createRandom, hypervolume, Search, type Result } from '../index.js';
import { surrogateTradeOff } from '../testing/surrogate-trade-off.js';
import { tradeOff } from '../testing/trade-off.js';
import { ridge, SurrogateSearch, type SurrogateGeneration, type SurrogateProblem } from './index.js';

type Shares = readonly number[];
type Name = 'cost' | 'score';

const options = { seed: 5, start: 6, batch: 4, evaluations: 18 } as const;
const directions = { cost: 'minimize', score: 'maximize' } as const;
const volume = (points: readonly { readonly objectives: Readonly<Record<Name, number>> }[]): number =>
  hypervolume(
    points.map(({ objectives }) => objectives),
    { cost: 4.1, score: 0 },
    directions,
  );

const measured = async (genomes: readonly Shares[]): Promise<readonly Result<Name>[]> =>
  (await tradeOff().evaluate(genomes, { generation: 0, keys: [] })) as readonly Result<Name>[];

let whole: string;
let reports: SurrogateGeneration<Shares, Name>[];
beforeAll(async () => {
  const search = new SurrogateSearch(surrogateTradeOff(), options);
  reports = [];
  for await (const report of search) reports.push(report);
  whole = JSON.stringify(search.checkpoint());
});

describe('three ways to run, one search', () => {
  it('run, a loop, and ask and tell in any order of results give the same', async () => {
    const run = new SurrogateSearch(surrogateTradeOff(), options);
    const { front, stopped, evaluations } = await run.run();
    expect([stopped, evaluations]).toEqual(['evaluations', 18]);
    expect(JSON.stringify(run.checkpoint())).toBe(whole);
    expect(front.map(({ expected: _, ...solution }) => solution)).toEqual(run.front());
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { minLength: 6, maxLength: 6 }), async (ranks) => {
        const search = new SurrogateSearch(surrogateTradeOff(), options);
        const told: SurrogateGeneration<Shares, Name>[] = [];
        for (let asked = search.ask(); asked.length > 0; asked = search.ask()) {
          expect(search.ask()).toEqual(asked);
          const results = await measured(asked.map(({ genome }) => genome));
          const order = [...asked.keys()].sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0));
          for (const i of order) {
            const report = search.tell(asked[i]?.id ?? -1, results[i] as Result<Name>);
            if (report) told.push(report);
          }
        }
        expect(told).toEqual(reports);
        expect(JSON.stringify(search.checkpoint())).toBe(whole);
      }),
      { numRuns: 2 },
    );
  });

  it('another seed is another search', async () => {
    const other = new SurrogateSearch(surrogateTradeOff(), { ...options, seed: 6 });
    await other.run();
    expect(JSON.stringify(other.checkpoint())).not.toBe(whole);
  });

  it('reports who proposed, and how well that was foretold', () => {
    expect(reports.map(({ proposedBy }) => proposedBy)).toEqual(['start', ...new Array<string>(3).fill('model')]);
    expect(reports[0]).not.toHaveProperty('model');
    const last = reports.at(-1)?.model?.score;
    expect(reports.at(-1)?.model).not.toHaveProperty('cost'); // known exactly
    expect(last).toMatchObject({ points: 14, ahead: { points: 12 } });
    expect(last?.rankCorrelation).toBeGreaterThan(0.9);
    expect(last?.ahead?.rankCorrelation).toBeGreaterThan(0.9);
    expect(last?.error).toBeLessThan(0.5);
  });

  it('is busy while it runs, and refuses results of nobody and that are none', async () => {
    const search = new SurrogateSearch(surrogateTradeOff(), options);
    const [first] = search.ask();
    expect(() => search.tell(99, { cost: 1, score: 1 })).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_CANDIDATE' }),
    );
    expect(() => search.tell(first?.id ?? -1, { cost: 1, score: NaN })).toThrow(
      expect.objectContaining({ code: 'INVALID_OBJECTIVES' }),
    );
    const running = search.run();
    expect(() => search.ask()).toThrow(expect.objectContaining({ code: 'BUSY' }));
    await running;
    expect(JSON.stringify(search.checkpoint())).toBe(whole);
  });
});

describe('checkpoint', () => {
  it('resumed at any batch, and in another process, a search is the one that was not interrupted', async () => {
    const search = new SurrogateSearch(surrogateTradeOff(), options);
    const saved = [JSON.stringify(search.checkpoint())];
    await search.run({ onGeneration: () => void saved.push(JSON.stringify(search.checkpoint())) });
    for (const text of saved.filter((_, i) => i % 2 === 0)) {
      const resumed = SurrogateSearch.resume(surrogateTradeOff(), JSON.parse(text), { evaluations: 18 });
      await resumed.run();
      expect(JSON.stringify(resumed.checkpoint())).toBe(whole);
      expect(resumed.expected()).toEqual(search.expected());
    }
    const elsewhere = execFileSync(
      process.execPath,
      ['--import', 'tsx', join(__dirname, '..', 'testing', 'surrogate-process.ts'), '18'],
      { input: saved[1] ?? '', encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
    );
    expect(elsewhere).toBe(whole);
  });

  it('cut by a limit inside any batch and made longer, once or again and again, it is the one that was not interrupted', async () => {
    for (const limits of [[1], [5], [8], [10], [13], [17], [2, 4, 9, 11, 12, 16]]) {
      let saved: unknown;
      for (const evaluations of [...limits, 18]) {
        const search: SurrogateSearch<Shares, Name> = saved
          ? SurrogateSearch.resume(surrogateTradeOff(), JSON.parse(JSON.stringify(saved)), { evaluations })
          : new SurrogateSearch(surrogateTradeOff(), { ...options, evaluations });
        const { evaluations: made } = await search.run();
        expect(made).toBe(evaluations);
        saved = search.checkpoint();
      }
      const { cut: _, ...ended } = saved as { cut?: unknown };
      const { cut: __, ...expected } = JSON.parse(whole) as { cut?: unknown };
      expect(JSON.stringify(ended)).toBe(JSON.stringify(expected));
    }
  });

  it('while a batch that was cut is made again, a checkpoint is the one before', async () => {
    const short = new SurrogateSearch(surrogateTradeOff(), { ...options, evaluations: 8 });
    await short.run();
    const saved = JSON.stringify(short.checkpoint());
    const longer = SurrogateSearch.resume(surrogateTradeOff(), JSON.parse(saved), { evaluations: 18 });
    expect(longer.ask().length).toBeLessThan(4); // what it had is not asked again
    expect(JSON.stringify(longer.checkpoint())).toBe(saved);
    const parsed = JSON.parse(saved) as { cut: Record<string, unknown> };
    for (const part of [{ forecasts: -1 }, { parameters: { score: [1] } }, { evaluations: 99 }]) {
      const cut = { ...parsed.cut, ...part };
      expect(() => SurrogateSearch.resume(surrogateTradeOff(), { ...parsed, cut }, { evaluations: 18 })).toThrow(
        expect.objectContaining({ code: 'INVALID_CHECKPOINT' }),
      );
    }
  });

  it('one taken while candidates wait, or after looking at what is expected, changes nothing', async () => {
    const search = new SurrogateSearch(surrogateTradeOff(), options);
    for (const { id, genome } of search.ask()) search.tell(id, (await measured([genome]))[0] as Result<Name>);
    const before = JSON.stringify(search.checkpoint());
    search.expected();
    const asked = search.ask();
    expect(JSON.stringify(search.checkpoint())).toBe(before);
    expect(SurrogateSearch.resume(surrogateTradeOff(), JSON.parse(before), options).ask()).toEqual(asked);
    await search.run();
    expect(JSON.stringify(search.checkpoint())).toBe(whole);
  });

  it('refuses what it cannot read, and another search', () => {
    const good = JSON.parse(whole) as Record<string, unknown>;
    const resume =
      (data: unknown, problem = surrogateTradeOff(), rest = {}) =>
      () =>
        SurrogateSearch.resume(problem, data, { evaluations: 18, ...rest });
    expect(resume(good)).not.toThrow();
    const spoilt = [
      ...[{ format: 'other' }, { population: [99] }, { evaluated: [{}] }, { random: 3 }, { settings: 1 }, { exact: 1 }],
      ...[{ parameters: { score: 3 } }, { forecasts: [[99, {}]] }, { forecasts: [[1, { score: { mean: 'x' } }]] }],
      ...[{ hypervolumes: 0 }, { algorithm: null }, { regressions: null }],
    ];
    for (const data of [
      null,
      'text',
      {},
      new Search(tradeOff(), { generations: 1 }).checkpoint(),
      ...spoilt.map((part) => ({ ...good, ...part })),
    ])
      expect(resume(data)).toThrow(expect.objectContaining({ code: 'INVALID_CHECKPOINT' }));
    expect(resume({ ...good, version: 9 })).toThrow(expect.objectContaining({ code: 'CHECKPOINT_VERSION' }));
    const mismatch = expect.objectContaining({ code: 'CHECKPOINT_MISMATCH' });
    expect(resume(good, surrogateTradeOff({ exact: {} }))).toThrow(mismatch);
    expect(resume(good, surrogateTradeOff(), { regressions: [ridge()] })).toThrow(mismatch);
  });
});

describe('what it is for', () => {
  it('has with 30 evaluations what the plain search has not with twice as many', async () => {
    const surrogate = new SurrogateSearch(surrogateTradeOff(), { seed: 1, evaluations: 30 });
    await surrogate.run();
    for (const seed of [1, 2, 3]) {
      const plain = new Search(tradeOff(), { seed, populationSize: 20, evaluations: 60 });
      await plain.run();
      expect(volume(surrogate.front())).toBeGreaterThan(volume(plain.evaluated()));
    }
  });

  it('expects of its front what is nearer to the truth than what was measured', async () => {
    const noisy: SurrogateProblem<Shares, Name> = surrogateTradeOff({
      evaluate: async (genomes) =>
        (await measured(genomes)).map((result, i) => {
          const { cost, score } = result as Record<Name, number>;
          const random = createRandom(
            Math.round(1e6 * (genomes[i] ?? []).reduce((sum, x, d) => sum + x * (d + 1.3) ** 2, 0)),
          );
          return { cost, score: score + 1.2 * (random.next() + random.next() + random.next() - 1.5) };
        }),
    });
    const { front } = await new SurrogateSearch(noisy, { seed: 2, evaluations: 60 }).run();
    const truth = (await measured(front.map(({ genome }) => genome))) as readonly Record<Name, number>[];
    const above = (score: (i: number) => number): number =>
      front.reduce((sum, _, i) => sum + score(i) - (truth[i]?.score ?? NaN), 0) / front.length;
    const luck = above((i) => front[i]?.objectives.score ?? NaN);
    expect(luck).toBeGreaterThan(0.1); // the winner's curse is there
    expect(Math.abs(above((i) => front[i]?.expected.score?.mean ?? NaN))).toBeLessThan(luck / 2);
    front.forEach(({ expected }) => expect(expected.score?.deviation).toBeGreaterThan(0));
  });
});

describe('where the model does not foretell', () => {
  const scrambled = surrogateTradeOff({
    evaluate: async (genomes) =>
      genomes.map((genome) => ({
        cost: genome.reduce((sum, share) => sum + share, 0),
        score: createRandom(genome.reduce((sum, share, i) => sum + Math.round(share * 20) * 21 ** i, 0)).next(),
      })),
  });

  it('batches are offspring, as those of the plain search', async () => {
    const search = new SurrogateSearch(scrambled, { ...options, start: 12, batch: 3, evaluations: 30 });
    const by: string[] = [];
    for await (const { proposedBy, model } of search) {
      by.push(proposedBy);
      if (model) expect(model.score?.rankCorrelation).toBeLessThan(0.5);
    }
    expect(by).toEqual(['start', ...new Array<string>(6).fill('offspring')]);
    expect(search.evaluations).toBe(30);
  });

  it('trust 1 never lets the model propose, trust -1 always', async () => {
    const by = async (problem: SurrogateProblem<Shares, Name>, trust: number): Promise<Set<string>> => {
      const seen = new Set<string>();
      for await (const report of new SurrogateSearch(problem, { ...options, evaluations: 12, trust }))
        seen.add(report.proposedBy);
      return seen;
    };
    expect(await by(scrambled, -1)).toEqual(new Set(['start', 'model']));
    const plain = await by(scrambled, 1);
    expect(plain).toEqual(new Set(['start', 'offspring']));
  });
});

describe('the problem is respected', () => {
  it('evaluates nothing that is refused, not repaired, or known; and ends when a space is used up', async () => {
    const seen: string[] = [];
    const problem = surrogateTradeOff({
      ...tradeOff(2),
      seeds: [
        [2, 0.3],
        [1, 1],
        [0.05, 0.05],
      ],
      accept: ([first = 0]) => first >= 0.8,
      evaluate: async (genomes, context) => {
        expect(context.keys).toEqual(genomes.map((genome) => JSON.stringify(genome)));
        seen.push(...context.keys);
        return await tradeOff(2).evaluate(genomes, context);
      },
    });
    const { stopped } = await new SurrogateSearch(problem, { seed: 1, generations: Infinity, batch: 40 }).run();
    expect(stopped).toBe('saturated');
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toContain('[1,0.3]');
    expect(seen.map((text) => JSON.parse(text) as Shares).every(([first = 0]) => first >= 0.8)).toBe(true);
    expect(seen.length).toBeGreaterThan(50);
    expect(seen.length).toBeLessThanOrEqual(20 + 19 + 18 + 17 + 16);
  });

  it('learns constraints too, and keeps to them', async () => {
    const constrained: SurrogateProblem<Shares, Name, 'short'> = {
      ...surrogateTradeOff(),
      constraints: ['short'],
      evaluate: async (genomes) =>
        (await measured(genomes)).map((result, i) => ({
          ...(result as Record<Name, number>),
          short: 2.5 - (genomes[i] ?? []).reduce((sum, x, d) => sum + x * (2 - d / 2), 0),
        })),
    };
    const reported: SurrogateGeneration<Shares, Name, 'short'>[] = [];
    const search = new SurrogateSearch(constrained, { seed: 3, evaluations: 40 });
    await search.run({ onGeneration: (report) => void reported.push(report) });
    expect(reported.at(-1)?.model?.short?.rankCorrelation).toBeGreaterThan(0.9);
    const proposed = search.evaluated().slice(20);
    expect(proposed.filter(({ violation }) => violation === 0).length).toBeGreaterThan(proposed.length * 0.7);
    expect(search.front().every(({ violation }) => violation === 0)).toBe(true);
  });

  it('a constraint that is the same for all is no reason to mistrust a model', async () => {
    const constrained: SurrogateProblem<Shares, Name, 'over'> = {
      ...surrogateTradeOff(),
      constraints: ['over'],
      evaluate: async (genomes) =>
        (await measured(genomes)).map((result) => ({ ...(result as Record<Name, number>), over: -1 })),
    };
    const by: string[] = [];
    for await (const { proposedBy } of new SurrogateSearch(constrained, { ...options, evaluations: 10 }))
      by.push(proposedBy);
    expect(by).toEqual(['start', 'model']);
  });

  it('what is discarded enters no front and teaches nothing', async () => {
    const problem = surrogateTradeOff({
      evaluate: async (genomes) => {
        const results = await measured(genomes);
        return results.map((result, i) => ((genomes[i]?.[0] ?? 0) > 0.9 ? { discarded: 'too long' } : result));
      },
    });
    const search = new SurrogateSearch(problem, options);
    const discarded: number[] = [];
    await search.run({ onGeneration: (report) => void discarded.push(report.discarded.length) });
    const lost = discarded.reduce((sum, count) => sum + count, 0);
    expect(lost).toBeGreaterThan(0);
    expect(search.evaluated()).toHaveLength(18 - lost);
    expect(search.front().every(({ genome }) => (genome[0] ?? 1) <= 0.9)).toBe(true);
    const resumed = SurrogateSearch.resume(problem, JSON.parse(JSON.stringify(search.checkpoint())), {
      evaluations: 21,
    });
    await resumed.run();
    expect(resumed.evaluations).toBe(21);
  });

  it('three objectives, two of them learned; one objective; a space of one point', async () => {
    const three = {
      ...surrogateTradeOff(),
      objectives: { cost: 'minimize', score: 'maximize', last: 'minimize' },
      evaluate: async (genomes: readonly Shares[]) =>
        (await measured(genomes)).map((result, i) => ({
          ...(result as Record<Name, number>),
          last: (genomes[i]?.[3] ?? 0) ** 2,
        })),
    } as const;
    const search = new SurrogateSearch<Shares, Name | 'last'>(three, { seed: 1, evaluations: 16, start: 8, batch: 4 });
    const { front } = await search.run();
    expect(front.length).toBeGreaterThan(4);
    expect(Object.keys(front[0]?.expected ?? {}).sort()).toEqual(['last', 'score']);

    const one = await new SurrogateSearch(
      {
        ...surrogateTradeOff(),
        objectives: { far: 'minimize' },
        exact: {},
        evaluate: async (genomes) =>
          genomes.map((genome) => ({ far: genome.reduce((sum, x, i) => sum + (x - 0.8 + 0.2 * i) ** 2, 0) })),
      },
      { seed: 1, evaluations: 40 },
    ).run();
    expect(one.front[0]?.objectives.far).toBeLessThan(0.02);

    const point = surrogateTradeOff({
      initial: () => [1],
      crossover: () => [[1]],
      mutate: () => [1],
      repair: () => [1],
    });
    expect(await new SurrogateSearch(point, { generations: 9 }).run()).toMatchObject({
      evaluations: 1,
      stopped: 'saturated',
    });
  });

  it('an abort, a failing evaluation and a failing operator leave it where it was', async () => {
    const search = new SurrogateSearch(surrogateTradeOff(), options);
    const controller = new AbortController();
    const abort = ({ generation }: { readonly generation: number }): void => {
      if (generation === 1) controller.abort('enough');
    };
    const running = search.run({ signal: controller.signal, onGeneration: abort });
    await expect(running).rejects.toMatchObject({ code: 'ABORTED', cause: 'enough' });
    expect(search.generation).toBe(1);
    await search.run();
    expect(JSON.stringify(search.checkpoint())).toBe(whole);

    let failing = true;
    const base = surrogateTradeOff();
    const flaky = surrogateTradeOff({
      features: (shares) => {
        if (failing) throw new Error('features');
        return shares;
      },
      evaluate: (genomes, context) => base.evaluate(genomes, context),
    });
    const mended = new SurrogateSearch(flaky, options);
    expect(() => mended.ask()).toThrow('features');
    failing = false;
    await mended.run();
    expect(JSON.stringify(mended.checkpoint())).toBe(whole);
  });

  it.each([
    ['no limit', {}, 'INVALID_OPTION'],
    ['an unknown option', { evaluations: 1, populations: 3 }, 'INVALID_OPTION'],
    ['a start of none', { evaluations: 1, start: 0 }, 'INVALID_OPTION'],
    ['a batch of a half', { evaluations: 1, batch: 0.5 }, 'INVALID_OPTION'],
    ['a trust beyond 1', { evaluations: 1, trust: 2 }, 'INVALID_OPTION'],
    ['no regressions', { evaluations: 1, regressions: [] }, 'INVALID_OPTION'],
    ['two of one name', { evaluations: 1, regressions: [ridge(), ridge()] }, 'INVALID_OPTION'],
  ])('refuses %s', (_, given, code) => {
    expect(() => new SurrogateSearch(surrogateTradeOff(), given)).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    ['no features', { features: undefined }],
    ['no evaluate', { evaluate: undefined }],
    ['an exact value of another name', { exact: { costs: () => 1 } }],
    ['an exact value that is no function', { exact: { cost: 1 } }],
    ['no objectives', { objectives: {} }],
  ])('refuses a problem with %s', (_, part) => {
    const problem = { ...surrogateTradeOff(), ...part } as unknown as SurrogateProblem<Shares, Name>;
    expect(() => new SurrogateSearch(problem, { evaluations: 1 })).toThrow(
      expect.objectContaining({ code: 'INVALID_PROBLEM' }),
    );
  });

  it('says when everything is refused', async () => {
    const none = surrogateTradeOff({ accept: () => false });
    await expect(new SurrogateSearch(none, options).run()).rejects.toMatchObject({ code: 'NO_CANDIDATES' });
  });
});

describe('the start', () => {
  const space = surrogateTradeOff();
  const seeds = Array.from({ length: 8 }, (_, i) => space.initial(createRandom(i), i));
  const startOf = (settings: { readonly start?: number; readonly leadingSeeds?: number }): readonly Shares[] =>
    new SurrogateSearch({ ...space, seeds }, { ...options, ...settings }).ask().map(({ genome }) => genome);

  it('measures as many leading seeds as it is told to, as far as it reaches', () => {
    expect(new Set(seeds.map(String)).size).toBe(8);
    for (const leadingSeeds of [2, 3, 4]) {
      expect(startOf({ start: 5, leadingSeeds }).slice(0, leadingSeeds)).toEqual(seeds.slice(0, leadingSeeds));
    }
    expect(startOf({ start: 3, leadingSeeds: 4 })).toEqual(seeds.slice(0, 3));
    expect(startOf({ start: 5, leadingSeeds: 0 })[0]).toEqual(seeds[0]); // the distances need somewhere to begin
    expect(startOf({ start: 5 })).toEqual(startOf({ start: 5, leadingSeeds: 2 }));
    expect(() => startOf({ leadingSeeds: 0.5 })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});

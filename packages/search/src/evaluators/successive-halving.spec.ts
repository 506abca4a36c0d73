import fc from 'fast-check';
import { Search, dominates, type EvaluateContext, type Result } from '../index.js';
import { keyOf } from '../genotype-set.js';
import { tradeOff } from '../testing/trade-off.js';
import { evaluateEach } from './evaluate-each.js';
import { successiveHalving, type FidelityContext } from './successive-halving.js';

const contextOf = (genomes: readonly unknown[]): EvaluateContext => ({
  generation: 0,
  keys: genomes.map((genome) => JSON.stringify(genome)),
});

const objectives = { cost: 'minimize', score: 'maximize' } as const;

type Point = readonly [cost: number, score: number];

describe('successiveHalving', () => {
  it('sends the best share to the next fidelity and discards the rest by name; the last fidelity counts', async () => {
    const sent: unknown[] = [];
    const evaluate = successiveHalving({
      fidelities: [0.1, 0.3, 1],
      keep: 0.5,
      objectives,
      evaluate: async (genomes: readonly number[], { fidelity, keys, generation }) => {
        sent.push({ fidelity, genomes, keys, generation });
        return genomes.map((x) => ({ cost: 1, score: x * fidelity }));
      },
    });
    const genomes = [3, 9, 1, 7, 5];
    expect(await evaluate(genomes, { ...contextOf(genomes), generation: 4 })).toEqual([
      { discarded: 'not promoted from fidelity 0.1' },
      { cost: 1, score: 9 },
      { discarded: 'not promoted from fidelity 0.1' },
      { cost: 1, score: 7 },
      { discarded: 'not promoted from fidelity 0.3' },
    ]);
    expect(sent).toEqual([
      { fidelity: 0.1, genomes, keys: ['3', '9', '1', '7', '5'], generation: 4 },
      { fidelity: 0.3, genomes: [9, 7, 5], keys: ['9', '7', '5'], generation: 4 },
      { fidelity: 1, genomes: [9, 7], keys: ['9', '7'], generation: 4 },
    ]);
  });

  it('promotes nobody who is dominated by one it leaves behind; a batch has one result each, whatever the points', async () => {
    const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })), {
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(
        points,
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        async (genomes: readonly Point[], keep) => {
          let promoted: readonly Point[] = [];
          const evaluate = successiveHalving({
            fidelities: [1, 2],
            keep,
            objectives,
            evaluate: async (some: readonly Point[], { fidelity }) => {
              if (fidelity === 2) promoted = some;
              return some.map(([cost, score]) => ({ cost, score }));
            },
          });
          const results = (await evaluate(genomes, contextOf(genomes))) as Result<'cost' | 'score'>[];
          expect(results).toHaveLength(genomes.length);
          expect(promoted).toHaveLength(Math.ceil(keep * genomes.length - 1e-9));
          const left = genomes.filter((_, i) => 'discarded' in (results[i] ?? {}));
          const named = ([cost, score]: Point) => ({ cost, score });
          for (const loser of left)
            for (const winner of promoted) expect(dominates(named(loser), named(winner), objectives)).toBe(false);
        },
      ),
    );
  });

  it('feasible ones go first, then those that exceed the constraints least', async () => {
    let last: readonly number[] = [];
    const evaluate = successiveHalving({
      fidelities: [1, 10],
      keep: 0.5,
      objectives,
      constraints: ['memory'],
      evaluate: async (genomes: readonly number[], { fidelity }) => {
        if (fidelity === 10) last = genomes;
        return genomes.map((x) => ({ cost: x, score: -x, memory: x - 2 }));
      },
    });
    const batch = [5, 3, 1, 4, 7, 6];
    await evaluate(batch, contextOf(batch));
    expect(last).toEqual([3, 1, 4]);
  });

  it('keeps the reason of what is discarded on the way, and passes it over', async () => {
    const evaluate = successiveHalving({
      fidelities: [0.5, 1],
      keep: 1,
      objectives,
      always: () => true,
      evaluate: async (genomes: readonly number[], { fidelity }) =>
        genomes.map((x) => (x * fidelity >= 4 ? { discarded: `${x} is too big` } : { cost: x, score: x })),
    });
    expect(await evaluate([1, 9, 5], contextOf([1, 9, 5]))).toEqual([
      { cost: 1, score: 1 },
      { discarded: '9 is too big' },
      { discarded: '5 is too big' },
    ]);
  });

  it('always promotes whom it is told to, beyond the share', async () => {
    const evaluate = successiveHalving({
      fidelities: [0.5, 1],
      keep: 0.1,
      objectives,
      always: (x: number) => x === 2,
      evaluate: async (genomes) => genomes.map((x) => ({ cost: 1, score: x })),
    });
    expect(await evaluate([1, 2, 3], contextOf([1, 2, 3]))).toEqual([
      { discarded: 'not promoted from fidelity 0.5' },
      { cost: 1, score: 2 },
      { cost: 1, score: 3 },
    ]);
  });

  it('runs under evaluateEach, and a search has only scores of the last fidelity', async () => {
    const fidelities = new Map<string, number[]>();
    const each = evaluateEach(
      async (shares: readonly number[], { fidelity = 0, key }) => {
        fidelities.set(key, [...(fidelities.get(key) ?? []), fidelity]);
        const [exact] = (await tradeOff().evaluate([shares], contextOf([0]))) as { cost: number; score: number }[];
        return { cost: exact?.cost ?? NaN, score: (exact?.score ?? NaN) * fidelity };
      },
      { concurrency: 3 },
    );
    const evaluate = successiveHalving({ fidelities: [0.1, 0.3, 1], keep: 0.5, objectives, evaluate: each });
    const search = new Search(
      { ...tradeOff(), evaluate },
      { seed: 2, populationSize: 8, offspring: 16, generations: 5 },
    );
    await search.run();
    const measured = search.evaluated();
    expect(measured.length).toBeLessThan(search.evaluations);
    const exact = (await tradeOff().evaluate(
      measured.map(({ genome }) => genome),
      contextOf([]),
    )) as object[];
    expect(measured.map((solution) => solution.objectives)).toEqual(exact);
    for (const { genome } of measured) expect(fidelities.get(keyOf(tradeOff(), genome))).toEqual([0.1, 0.3, 1]);
  });

  it('refuses results that are none, at any fidelity', async () => {
    const evaluate = successiveHalving({
      fidelities: [0.1, 1],
      objectives,
      evaluate: async (genomes: readonly number[]) => genomes.map(() => ({ cost: NaN, score: 1 })),
    });
    await expect(evaluate([1], contextOf([1]))).rejects.toMatchObject({ code: 'INVALID_OBJECTIVES' });
  });

  it.each([
    [{ fidelities: [] }, 'INVALID_OPTION', 'fidelities is []'],
    [{ fidelities: [0.3, 0.1, 1] }, 'INVALID_OPTION', 'fidelities is [0.3, 0.1, 1]'],
    [{ fidelities: [0, 1] }, 'INVALID_OPTION', 'fidelities is [0, 1]'],
    [{ fidelities: [1, NaN] }, 'INVALID_OPTION', 'fidelities is [1, NaN]'],
    [{ keep: 0 }, 'INVALID_OPTION', 'keep is 0'],
    [{ keep: 1.1 }, 'INVALID_OPTION', 'keep is 1.1'],
    [{ objectives: {} as typeof objectives }, 'INVALID_PROBLEM', 'objectives is empty'],
  ])('refuses %p', (options, code, words) => {
    const evaluate = async (genomes: readonly number[], _: FidelityContext) =>
      genomes.map(() => ({ cost: 1, score: 1 }));
    const make = () => successiveHalving({ fidelities: [0.1, 1], objectives, evaluate, ...options });
    expect(make).toThrow(expect.objectContaining({ code, message: expect.stringContaining(words) }));
  });
});

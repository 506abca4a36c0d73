import { minimize, nsga2, nsga3, paretoFront, Search, type Problem } from './index.js';
import { tradeOff } from './testing/trade-off.js';

type Shares = readonly number[];

/** Shares must add up to at least `least`. */
const constrained = (least: number): Problem<Shares, 'cost' | 'score', 'shortage'> => ({
  ...tradeOff(),
  constraints: ['shortage'],
  evaluate: async (genomes) =>
    genomes.map((genome) => {
      const cost = genome.reduce((sum, share) => sum + share, 0);
      return {
        cost,
        score: genome.reduce((sum, share, i) => sum + Math.sqrt(share) * (i + 1), 0),
        shortage: least - cost,
      };
    }),
});

describe('constraints', () => {
  it.each([nsga2(), nsga3()])(
    '$name ends with feasible solutions only, at the border of what is allowed',
    async (algorithm) => {
      const { front } = await minimize(constrained(2.5), {
        algorithm,
        seed: 1,
        populationSize: 20,
        generations: 30,
        reference: { cost: 4, score: 0 },
      });
      expect(front.every(({ violation, constraints }) => violation === 0 && (constraints?.shortage ?? 1) <= 0)).toBe(
        true,
      );
      expect(Math.min(...front.map(({ objectives }) => objectives.cost))).toBeCloseTo(2.5, 1);
    },
  );

  it('where nothing is feasible, the front is what breaks them least, and its hypervolume is 0', async () => {
    const search = new Search(constrained(5), {
      seed: 1,
      populationSize: 20,
      generations: 20,
      reference: { cost: 9, score: 0 },
    });
    const reports = [];
    for await (const report of search) reports.push(report);
    const [solution, ...others] = search.front();
    expect(others).toEqual([]);
    expect(solution).toMatchObject({ genome: [1, 1, 1, 1], violation: 1, constraints: { shortage: 1 } });
    expect(reports.at(-1)?.hypervolume).toBe(0);
  });

  it('a constraint that all meet changes nothing', async () => {
    const options = { seed: 3, populationSize: 10, generations: 8 };
    const free = new Search(tradeOff(), options);
    const bound = new Search(constrained(0), options);
    await free.run();
    await bound.run();
    expect(bound.evaluated().map(({ genome }) => genome)).toEqual(free.evaluated().map(({ genome }) => genome));
  });

  it('are saved and resumed, and must be finite numbers with names of their own', async () => {
    const options = { seed: 2, populationSize: 10 };
    const whole = new Search(constrained(2), { ...options, generations: 8 });
    await whole.run();
    const half = new Search(constrained(2), { ...options, generations: 4 });
    await half.run();
    const resumed = Search.resume(constrained(2), JSON.parse(JSON.stringify(half.checkpoint())), { generations: 8 });
    await resumed.run();
    expect(resumed.checkpoint()).toEqual(whole.checkpoint());
    expect(() => Search.resume(tradeOff(), half.checkpoint(), { generations: 8 })).toThrow(
      expect.objectContaining({
        code: 'CHECKPOINT_MISMATCH',
        message: expect.stringContaining('constraints ["shortage"]'),
      }),
    );
    const bad = {
      ...constrained(2),
      evaluate: async (genomes: readonly Shares[]) => genomes.map(() => ({ cost: 1, score: 1, shortage: NaN })),
    };
    await expect(minimize(bad, { generations: 1 })).rejects.toMatchObject({
      code: 'INVALID_OBJECTIVES',
      message: expect.stringContaining('shortage = NaN'),
    });
    expect(() => new Search({ ...constrained(2), constraints: ['cost'] } as never, { generations: 1 })).toThrow(
      '"cost" names two',
    );
  });
});

describe('discarded candidates', () => {
  const odd = (genome: Shares): boolean => Math.round(20 * (genome[3] ?? 0)) % 2 === 1;
  const partial = tradeOff(4, {
    evaluate: async (genomes, context) => {
      const results = (await tradeOff().evaluate(genomes, context)) as readonly { cost: number; score: number }[];
      return genomes.map((genome, i) => (odd(genome) ? { discarded: 'odd' } : (results[i] ?? { discarded: 'lost' })));
    },
  });
  const options = { seed: 4, populationSize: 12, generations: 10 };

  it('are remembered, reported, saved, and never part of a population', async () => {
    const search = new Search(partial, options);
    let discarded = 0;
    for await (const report of search) {
      expect(report.evaluated.some(({ genome }) => odd(genome))).toBe(false);
      expect(report.discarded.every((candidate) => odd(candidate.genome) && candidate.discarded === 'odd')).toBe(true);
      discarded += report.discarded.length;
    }
    expect(discarded).toBeGreaterThan(10);
    expect(search.evaluations).toBe(search.evaluated().length + discarded);
    expect(
      paretoFront(
        search.front().map(({ objectives }) => objectives),
        partial.objectives,
      ),
    ).toHaveLength(search.front().length);
    const resumed = Search.resume(partial, JSON.parse(JSON.stringify(search.checkpoint())), options);
    expect(resumed.checkpoint()).toEqual(search.checkpoint());
    expect(() =>
      Search.resume(
        partial,
        {
          ...search.checkpoint(),
          population: [search.checkpoint().evaluated.findIndex((entry) => 'discarded' in entry)],
        },
        options,
      ),
    ).toThrow('population points outside');
  });

  it('end a search that has nothing else to start from', async () => {
    const none = tradeOff(4, { evaluate: async (genomes) => genomes.map(() => ({ discarded: 'the disk is full' })) });
    const search = new Search(none, options);
    await expect(search.run()).rejects.toMatchObject({
      code: 'NO_CANDIDATES',
      message: expect.stringContaining('the disk is full'),
    });
    expect(search.generation).toBe(-1);
  });
});

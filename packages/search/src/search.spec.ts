import { Search, dominates, paretoFront, type EvaluateContext, type Generation, type Problem } from './index.js';
import { tradeOff } from './testing/trade-off.js';

type Shares = readonly number[];

const byName = { cost: 'minimize', score: 'maximize' } as const;

/** The problem, and how often each genotype was evaluated, batch by batch. */
const counted = (problem: Problem<Shares, 'cost' | 'score'>) => {
  const counts = new Map<string, number>();
  const batches: number[] = [];
  return {
    counts,
    batches,
    problem: {
      ...problem,
      evaluate: async (genomes: readonly Shares[], context: EvaluateContext) => {
        batches[context.generation] = genomes.length;
        for (const genome of genomes) {
          const key = JSON.stringify(genome);
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
        return problem.evaluate(genomes, context);
      },
    },
  };
};

describe('a search', () => {
  const options = { seed: 1, populationSize: 20, generations: 15 };

  it('gives the same search for the same seed and another for another', async () => {
    const run = async (seed: number) => {
      const seen: Generation<Shares, 'cost' | 'score'>[] = [];
      await new Search(tradeOff(), { ...options, seed }).run({ onGeneration: (report) => void seen.push(report) });
      return seen;
    };
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect(await run(2)).not.toEqual(first);
  });

  it('never calls Math.random: no test of this package could', () => {
    // eslint-disable-next-line no-restricted-properties -- what is refused is asked for
    expect(() => Math.random()).toThrow('Math.random was called');
  });

  it('reports every generation: counts, a clean front, its hypervolume', async () => {
    const search = new Search(tradeOff(), { ...options, reference: { cost: 4, score: 0 } });
    const seen: Generation<Shares, 'cost' | 'score'>[] = [];
    for await (const report of search) seen.push(report);
    expect(seen.map(({ generation }) => generation)).toEqual([...Array(16).keys()]);
    let evaluations = 0;
    for (const report of seen) {
      evaluations += report.evaluated.length;
      expect(report.evaluations).toBe(evaluations);
      expect(report.populationSize).toBe(20);
      const points = report.front.map(({ objectives }) => objectives);
      expect(paretoFront(points, byName)).toEqual(points);
    }
    expect(search.evaluated()).toEqual(seen.flatMap(({ evaluated }) => evaluated));
    expect(seen.at(-1)?.hypervolume).toBeGreaterThan(1.05 * (seen[0]?.hypervolume ?? Infinity));
  });

  it('keeps the best: no evaluated genotype dominates a member of a front that fits the population', async () => {
    const search = new Search(tradeOff(1), { seed: 3, populationSize: 40, generations: 5 });
    const { front } = await search.run();
    const beaten = front.filter((a) => search.evaluated().some((b) => dominates(b.objectives, a.objectives, byName)));
    expect(beaten).toEqual([]);
  });

  it('evaluates no genotype twice, and a generation in one batch', async () => {
    const { problem, counts, batches } = counted(tradeOff());
    const search = new Search(problem, { ...options, generations: 40 });
    await search.run();
    expect(Math.max(...counts.values())).toBe(1);
    expect(counts.size).toBe(search.evaluations);
    expect(batches).toEqual(new Array(41).fill(20));
  });

  it('ends when a small space is used up, instead of spinning', async () => {
    const { problem, counts } = counted(tradeOff(1)); // 20 genotypes in all
    const search = new Search(problem, { seed: 1, populationSize: 8, generations: Infinity });
    const result = await search.run();
    expect(result).toMatchObject({ stopped: 'saturated', evaluations: 20 });
    expect(counts.size).toBe(20);
    expect(result.front).toHaveLength(8);
    expect(paretoFront(search.evaluated(), byName, { objectives: ({ objectives }) => objectives })).toHaveLength(20);
  });

  it('makes do with a smaller generation when attempts run out', async () => {
    const { problem, batches } = counted(tradeOff(1));
    await new Search(problem, { seed: 1, populationSize: 16, attempts: 2, generations: 3 }).run();
    expect(batches[0]).toBeLessThanOrEqual(16);
    expect(batches[1] ?? 0).toBeLessThanOrEqual(4);
  });

  it('stops at the number of evaluations exactly', async () => {
    const result = await new Search(tradeOff(), { seed: 1, populationSize: 20, evaluations: 50 }).run();
    expect(result).toMatchObject({ stopped: 'evaluations', evaluations: 50, generation: 2 });
  });

  it('starts from the seeds, repaired, without repeats, before any sample', async () => {
    const seeds = [
      [0.5, 0.5, 0.5, 0.5],
      [1, 0.31, 0.4, 0.2],
      [0.5, 0.5, 0.5, 0.5],
    ];
    const search = new Search(tradeOff(4, { seeds }), { ...options, generations: 0 });
    await search.run();
    const genomes = search.evaluated().map(({ genome }) => genome);
    expect(genomes.slice(0, 2)).toEqual([
      [0.5, 0.5, 0.5, 0.5],
      [1, 0.3, 0.3, 0.2],
    ]);
    expect(genomes).toHaveLength(20);
  });

  it('evaluates all seeds, even more than the population holds', async () => {
    const seeds = Array.from({ length: 20 }, (_, i) => [1, (i + 1) / 20]);
    const search = new Search(tradeOff(2, { seeds }), { seed: 1, populationSize: 5, generations: 0 });
    const [first] = [await search.generations().next()];
    expect(first.value).toMatchObject({ evaluations: 20, populationSize: 5 });
  });

  it('never evaluates what accept refuses', async () => {
    const accept = (genome: Shares): boolean => genome.reduce((sum, x) => sum + x, 0) <= 2;
    const search = new Search(tradeOff(4, { accept }), options);
    await search.run();
    expect(search.evaluated().every(({ genome }) => accept(genome))).toBe(true);
    const none = new Search(tradeOff(4, { accept: () => false }), options).run();
    await expect(none).rejects.toMatchObject({ code: 'NO_CANDIDATES' });
  });

  it('optimises three objectives and one', async () => {
    const base = tradeOff();
    const three: Problem<Shares, 'a' | 'b' | 'c'> = {
      ...base,
      objectives: { a: 'minimize', b: 'maximize', c: 'minimize' },
      evaluate: async (genomes) =>
        genomes.map(([w = 0, x = 0, y = 0, z = 0]) => ({ a: w + y, b: x + z, c: Math.abs(w - x) })),
    };
    const result = await new Search(three, options).run();
    expect(
      paretoFront(
        result.front.map(({ objectives }) => objectives),
        three.objectives,
      ),
    ).toHaveLength(result.front.length);
    const one: Problem<Shares, 'sum'> = {
      ...base,
      objectives: { sum: 'maximize' },
      evaluate: async (genomes) => genomes.map((genome) => ({ sum: genome.reduce((a, b) => a + b, 0) })),
    };
    expect((await new Search(one, options).run()).front[0]?.objectives.sum).toBe(4);
  });
});

describe('stopping a search', () => {
  const options = { seed: 5, populationSize: 10, generations: 12 };
  const whole = async () => {
    const search = new Search(tradeOff(), options);
    await search.run();
    return JSON.stringify(search.checkpoint());
  };

  it('aborts between generations and goes on as if nothing had happened', async () => {
    const search = new Search(tradeOff(), options);
    const controller = new AbortController();
    const aborted = search.run({
      signal: controller.signal,
      onGeneration: ({ generation }) => {
        if (generation === 4) controller.abort('enough');
      },
    });
    await expect(aborted).rejects.toMatchObject({ name: 'SearchError', code: 'ABORTED', cause: 'enough' });
    expect(search.generation).toBe(4);
    await search.run();
    expect(JSON.stringify(search.checkpoint())).toBe(await whole());
  });

  it('aborts inside a batch at once; what the batch comes to later is ignored', async () => {
    const controller = new AbortController();
    const late: ((results: never) => void)[] = [];
    const base = tradeOff();
    const problem = tradeOff(4, {
      evaluate: async (genomes, context) => {
        if (context.generation !== 3 || controller.signal.aborted) return base.evaluate(genomes, context);
        setTimeout(() => controller.abort('enough'), 5);
        return new Promise((resolve) => void late.push(resolve));
      },
    });
    const search = new Search(problem, options);
    await expect(search.run({ signal: controller.signal })).rejects.toMatchObject({ code: 'ABORTED', cause: 'enough' });
    expect(search.generation).toBe(2);
    late.forEach((resolve) => resolve([] as never));
    await search.run();
    expect(JSON.stringify(search.checkpoint())).toBe(await whole());
  });

  it('starts nothing under a signal that has aborted', async () => {
    const search = new Search(tradeOff(), options);
    await expect(search.run({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
    expect(search.evaluations).toBe(0);
  });

  it('hands on what evaluate throws and can be run again', async () => {
    let failures = 1;
    const base = tradeOff();
    const problem = tradeOff(4, {
      evaluate: async (genomes, context) => {
        if (context.generation === 2 && failures-- > 0) throw new RangeError('out of memory');
        return base.evaluate(genomes, context);
      },
    });
    const search = new Search(problem, options);
    await expect(search.run()).rejects.toThrow(new RangeError('out of memory'));
    await search.run();
    expect(JSON.stringify(search.checkpoint())).toBe(await whole());
  });

  it('can be left by break and by an error in onGeneration, and resumed', async () => {
    const search = new Search(tradeOff(), options);
    for await (const { generation } of search) if (generation === 3) break;
    const failing = search.run({ onGeneration: () => Promise.reject(new Error('disk full')) });
    await expect(failing).rejects.toThrow('disk full');
    expect(search.generation).toBe(4);
    await search.run();
    expect(JSON.stringify(search.checkpoint())).toBe(await whole());
  });

  it('refuses to run twice at once', async () => {
    const search = new Search(tradeOff(), options);
    const running = search.run();
    await expect(search.run()).rejects.toMatchObject({ code: 'BUSY' });
    await running;
  });
});

import fc from 'fast-check';
import { createRandom, Search, type Solution } from '../index.js';
import { surrogateTradeOff } from '../testing/surrogate-trade-off.js';
import { tradeOff } from '../testing/trade-off.js';
import { racingEvaluate, rescore, SurrogateSearch, type RacingOptions, type Rival, type Scored } from './index.js';

type Shares = readonly number[];

const examples = 600;
const hardness = (() => {
  const random = createRandom(9);
  return Array.from({ length: examples }, () => random.next());
})();

/** Right or wrong: the more is kept, in later layers above all, the harder the examples that are still right. */
const right = (shares: Shares, example: number): number =>
  (hardness[example] ?? 1) < shares.reduce((sum, share, i) => sum + Math.sqrt(share) * (i + 1), 0) / 10 ? 1 : 0;

const costOf = (shares: Shares): number => shares.reduce((sum, share) => sum + share, 0);

const racing = (
  stopped: 'discarded' | 'estimate' = 'discarded',
  rivals: readonly Rival<Shares>[] = [],
  options: Pick<RacingOptions<Shares, 'cost' | 'score', 'score'>, 'against' | 'unstoppable'> = {},
) =>
  racingEvaluate<Shares, 'cost' | 'score', 'score'>({
    objectives: { cost: 'minimize', score: 'maximize' },
    raced: 'score',
    exact: { cost: costOf },
    examples,
    stopped,
    rivals,
    ...options,
    score: async (genomes, some) => genomes.map((shares) => some.map((example) => right(shares, example))),
  });

const all = Array.from({ length: examples }, (_, i) => i);
const mean = (shares: Shares): number => all.reduce((sum, example) => sum + right(shares, example), 0) / examples;

it('scores of the front are those of all examples, and a good part of the work is saved', async () => {
  const evaluate = racing();
  const search = new Search(tradeOff(4, { evaluate }), { seed: 1, populationSize: 20, generations: 8 });
  const reasons: string[] = [];
  const { front } = await search.run({
    onGeneration: ({ discarded }) => void reasons.push(...discarded.map((candidate) => candidate.discarded)),
  });
  for (const { genome, objectives } of front) {
    expect(objectives.score).toBeCloseTo(mean(genome), 9);
    expect(objectives.cost).toBe(costOf(genome));
  }
  expect(reasons.length).toBeGreaterThan(20);
  expect(reasons[0]).toMatch(/^dominated after (75|150|300) of 600 examples by \[/);
  expect(evaluate.scored.all).toBe(search.evaluations * examples);
  expect(evaluate.scored.asked).toBeLessThan(0.8 * evaluate.scored.all);
});

it('nobody on the true front of all candidates was stopped, but for the error', async () => {
  const seen: Shares[] = [];
  const evaluate = racing();
  const search = new Search(
    tradeOff(4, {
      evaluate: (genomes, context) => {
        seen.push(...genomes);
        return evaluate(genomes, context);
      },
    }),
    { seed: 4, populationSize: 20, generations: 6 },
  );
  await search.run();
  const kept = new Set(search.evaluated().map(({ genome }) => JSON.stringify(genome)));
  const unbeaten = seen.filter((a) => !seen.some((b) => costOf(b) <= costOf(a) && mean(b) > mean(a)));
  const lost = unbeaten.filter((genome) => !kept.has(JSON.stringify(genome)));
  expect(unbeaten.length).toBeGreaterThan(8);
  expect(lost.length / unbeaten.length).toBeLessThanOrEqual(0.05);
});

it('estimates never reach a front, and a surrogate learns from them', async () => {
  const evaluate = racing('estimate');
  const search = new SurrogateSearch(surrogateTradeOff({ evaluate }), { seed: 1, evaluations: 40 });
  const { front } = await search.run();
  expect(search.evaluated()).toHaveLength(40);
  for (const { genome, objectives } of front) expect(objectives.score).toBeCloseTo(mean(genome), 9);
  const estimated = search
    .evaluated()
    .filter(({ genome, objectives }) => Math.abs(objectives.score - mean(genome)) > 1e-9);
  expect(estimated.length).toBeGreaterThan(0);
  estimated.forEach(({ genome, objectives }) => expect(Math.abs(objectives.score - mean(genome))).toBeLessThan(0.12));
});

it('with the rivals of before, a resumed search is the one that was not interrupted', async () => {
  const options = { seed: 2, populationSize: 12 };
  const whole = new Search(tradeOff(4, { evaluate: racing() }), { ...options, generations: 6 });
  await whole.run();
  const evaluate = racing();
  const half = new Search(tradeOff(4, { evaluate }), { ...options, generations: 3 });
  await half.run();
  const saved = JSON.parse(JSON.stringify({ search: half.checkpoint(), rivals: evaluate.rivals() })) as {
    search: unknown;
    rivals: readonly Scored<Shares>[];
  };
  const resumed = Search.resume(tradeOff(4, { evaluate: racing('discarded', saved.rivals) }), saved.search, {
    generations: 6,
  });
  await resumed.run();
  expect(JSON.stringify(resumed.checkpoint())).toBe(JSON.stringify(whole.checkpoint()));
});

describe('against earlier generations', () => {
  const earlier = (rivals: readonly Rival<Shares>[] = []) => racing('estimate', rivals, { against: 'earlier' });
  const settings = { seed: 5, populationSize: 12 };

  it('what becomes of a candidate does not depend on who is evaluated with it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 1, max: 19 }), async (seed, cut) => {
        const random = createRandom(seed);
        const drawn = (): Shares => Array.from({ length: 4 }, () => random.next()).sort((a, b) => b - a);
        const [before, batch] = [Array.from({ length: 12 }, drawn), Array.from({ length: 20 }, drawn)];
        const [whole, parts] = [earlier(), earlier()];
        for (const evaluate of [whole, parts]) await evaluate(before, { generation: 0, keys: [] });
        const context = { generation: 1, keys: [] };
        const together = await whole(batch, context);
        const apart = [...(await parts(batch.slice(0, cut), context)), ...(await parts(batch.slice(cut), context))];
        expect(apart).toEqual(together);
        expect(parts.rivals()).toEqual(whole.rivals());
        expect(parts.scored).toEqual(whole.scored);
      }),
      { numRuns: 30 },
    );
  });

  it('a generation that a limit cut short, made again whole in a new process, is that of an uninterrupted search', async () => {
    const whole = new Search(tradeOff(4, { evaluate: earlier() }), { ...settings, evaluations: 60 });
    await whole.run();
    for (const evaluations of [13, 30, 41, 59]) {
      const evaluate = earlier();
      const short = new Search(tradeOff(4, { evaluate }), { ...settings, evaluations });
      await short.run();
      const saved = JSON.parse(JSON.stringify({ search: short.checkpoint(), rivals: evaluate.rivals() })) as {
        search: unknown;
        rivals: readonly Rival<Shares>[];
      };
      const longer = Search.resume(tradeOff(4, { evaluate: earlier(saved.rivals) }), saved.search, { evaluations: 60 });
      await longer.run();
      expect(JSON.stringify(longer.checkpoint())).toBe(JSON.stringify(whole.checkpoint()));
    }
  });

  it('nobody is stopped who may not be', async () => {
    const [good, poor]: readonly [Shares, Shares] = [
      [0.9, 0.9, 0.9, 0.9],
      [1, 1, 1, 0.61], // dearer, and clearly worse
    ];
    const told = async (unstoppable: (genome: Shares) => boolean) => {
      const evaluate = racing('discarded', [], { against: 'earlier', unstoppable });
      await evaluate([good], { generation: 0, keys: [] });
      return evaluate([poor], { generation: 1, keys: [] });
    };
    expect(await told(() => false)).toEqual([{ discarded: expect.stringMatching(/^dominated after/) }]);
    expect(await told((genome) => genome === poor)).toEqual([
      { cost: costOf(poor), score: expect.closeTo(mean(poor), 9) },
    ]);
  });
});

it('an objective to minimise races the other way', async () => {
  const evaluate = racingEvaluate<Shares, 'cost' | 'loss', 'loss'>({
    objectives: { cost: 'minimize', loss: 'minimize' },
    raced: 'loss',
    exact: { cost: costOf },
    examples,
    score: async (genomes, some) => genomes.map((shares) => some.map((example) => 1 - right(shares, example))),
  });
  const [bad, good] = (await evaluate(
    [
      [1, 0.2],
      [0.9, 0.3],
    ],
    { generation: 0, keys: [] },
  )) as readonly Record<string, number>[];
  expect(good).toEqual({ cost: 1.2, loss: expect.closeTo(1 - mean([0.9, 0.3]), 9) });
  expect(bad).toBeDefined();
  const stops = await evaluate(
    [
      [1, 0.9, 0.9, 0.01],
      [0.9, 0.9, 0.5, 0.5],
    ],
    { generation: 0, keys: [] },
  );
  expect(stops[0]).toHaveProperty('discarded');
  expect(stops[1]).toHaveProperty('loss');
});

it.each([
  ['an objective that is not there', { raced: 'speed' }],
  ['an objective that is not exact', { exact: {} }],
])('refuses %s', (_, part) => {
  const options = {
    ...{ objectives: { cost: 'minimize', score: 'maximize' }, raced: 'score', exact: { cost: costOf }, examples },
    ...{ score: async () => [], ...part },
  } as unknown as Parameters<typeof racingEvaluate<Shares, 'cost' | 'score', 'score'>>[0];
  expect(() => racingEvaluate(options)).toThrow(expect.objectContaining({ code: 'INVALID_PROBLEM' }));
});

describe('rescore', () => {
  const front = [
    { genome: 'a', objectives: { cost: 1, score: 3 }, violation: 0 },
    { genome: 'b', objectives: { cost: 2, score: 4 }, violation: 0 },
    { genome: 'c', objectives: { cost: 3, score: 5 }, violation: 0 },
  ] satisfies Solution<string, 'cost' | 'score'>[];
  const objectives = { cost: 'minimize', score: 'maximize' } as const;

  it('keeps what a point was picked by, and what is still unbeaten', async () => {
    const again = await rescore(front, {
      objectives,
      evaluate: async (genomes, { keys }) => {
        expect(keys).toEqual(genomes.map((genome) => JSON.stringify(genome)));
        return genomes.map((genome) =>
          genome === 'c' ? { discarded: 'lost' } : { cost: genome === 'a' ? 1 : 2, score: 2.5 },
        );
      },
    });
    expect(again.points).toEqual([
      { ...front[0], objectives: { cost: 1, score: 2.5 }, before: { cost: 1, score: 3 } },
      { ...front[1], objectives: { cost: 2, score: 2.5 }, before: { cost: 2, score: 4 } },
    ]);
    expect(again.front).toEqual(again.points.slice(0, 1));
  });

  it('refuses results that are none; of an empty front there is nothing to measure', async () => {
    const evaluate = async () => [{ cost: NaN, score: 1 }];
    await expect(rescore(front.slice(0, 1), { objectives, evaluate })).rejects.toMatchObject({
      code: 'INVALID_OBJECTIVES',
    });
    expect(await rescore([], { objectives, evaluate })).toEqual({ points: [], front: [] });
  });
});

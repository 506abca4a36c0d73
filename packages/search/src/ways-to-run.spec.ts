import fc from 'fast-check';
import { minimize, Search, type Generation, type Problem, type Result } from './index.js';
import { tradeOff } from './testing/trade-off.js';

type Shares = readonly number[];
type Names = 'cost' | 'score';

const options = { seed: 5, populationSize: 12, generations: 10 } as const;

/** The problem's own results, one by one. */
const measured = async (
  problem: Problem<Shares, Names>,
  genomes: readonly Shares[],
): Promise<readonly Result<Names>[]> =>
  (await problem.evaluate(genomes, { generation: 0, keys: [] })) as readonly Result<Names>[];

/** Drives a search by hand; `order` says in which order the results of a generation come. */
const byHand = async (
  search: Search<Shares, Names>,
  order: (count: number) => readonly number[],
): Promise<Generation<Shares, Names>[]> => {
  const problem = tradeOff();
  const reports: Generation<Shares, Names>[] = [];
  for (let candidates = search.ask(); candidates.length > 0; candidates = search.ask()) {
    const results = await measured(
      problem,
      candidates.map(({ genome }) => genome),
    );
    for (const i of order(candidates.length)) {
      const report = search.tell(candidates[i]?.id ?? -1, results[i] as Result<Names>);
      if (report) reports.push(report);
    }
  }
  return reports;
};

const forwards = (count: number): number[] => [...Array(count).keys()];

describe('three ways to run, one search', () => {
  it('minimize, run, a loop over generations, and ask and tell give the same', async () => {
    const search = new Search(tradeOff(), options);
    const { front } = await search.run();
    const whole = JSON.stringify(search.checkpoint());
    expect((await minimize(tradeOff(), options)).front).toEqual(front);

    const looped = new Search(tradeOff(), options);
    const reports: Generation<Shares, Names>[] = [];
    for await (const report of looped) reports.push(report);
    expect(JSON.stringify(looped.checkpoint())).toBe(whole);

    const asked = new Search(tradeOff(), options);
    expect(await byHand(asked, forwards)).toEqual(reports);
    expect(JSON.stringify(asked.checkpoint())).toBe(whole);
    expect(asked.front()).toEqual(front);
  });

  it('the order in which results come makes no difference', async () => {
    const whole = new Search(tradeOff(), options);
    await whole.run();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { minLength: 12, maxLength: 12 }), async (ranks) => {
        const search = new Search(tradeOff(), options);
        await byHand(search, (count) => forwards(count).sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0)));
        expect(JSON.stringify(search.checkpoint())).toBe(JSON.stringify(whole.checkpoint()));
      }),
      { numRuns: 10 },
    );
  });

  it('asking again gives what still waits; a saved search breeds the same again', async () => {
    const search = new Search(tradeOff(), options);
    const first = search.ask();
    expect(search.ask()).toEqual(first);
    const saved = JSON.stringify(search.checkpoint());
    const [one] = first;
    const [result] = await measured(
      tradeOff(),
      first.map(({ genome }) => genome),
    );
    search.tell(one?.id ?? -1, result as Result<Names>);
    expect(search.ask()).toEqual(first.slice(1));
    expect(JSON.stringify(search.checkpoint())).toBe(saved);
    expect(Search.resume(tradeOff(), JSON.parse(saved), options).ask()).toEqual(first);
    await search.run(); // measures the rest
    const whole = new Search(tradeOff(), options);
    await whole.run();
    expect(JSON.stringify(search.checkpoint())).toBe(JSON.stringify(whole.checkpoint()));
    expect(search.ask()).toEqual([]);
  });

  it('results may come as a Map keyed by the genomes', async () => {
    const base = tradeOff();
    const mapped = tradeOff(4, {
      evaluate: async (genomes) => {
        const results = await measured(base, genomes);
        return new Map(
          genomes.map((genome, i): [Shares, Result<Names>] => [genome, results[i] as Result<Names>]).reverse(),
        );
      },
    });
    expect((await minimize(mapped, options)).front).toEqual((await minimize(base, options)).front);
    const short = tradeOff(4, { evaluate: async () => new Map<Shares, Result<Names>>() });
    await expect(minimize(short, options)).rejects.toMatchObject({
      code: 'INVALID_OBJECTIVES',
      message: expect.stringContaining('a map without ['),
    });
  });

  it('refuses a result that is late, told twice or of nobody, or not a number, and goes on', async () => {
    const search = new Search(tradeOff(), options);
    const candidates = search.ask();
    const results = await measured(
      tradeOff(),
      candidates.map(({ genome }) => genome),
    );
    const unknown = expect.objectContaining({ code: 'UNKNOWN_CANDIDATE' });
    expect(() => search.tell(99, { cost: 1, score: 1 })).toThrow(unknown);
    expect(() => search.tell(0, { cost: 1, score: NaN })).toThrow(
      expect.objectContaining({ code: 'INVALID_OBJECTIVES' }),
    );
    search.tell(0, results[0] as Result<Names>);
    expect(() => search.tell(0, { cost: 1, score: 1 })).toThrow(unknown);
    candidates.slice(1).forEach(({ id }) => void search.tell(id, results[id] as Result<Names>));
    expect(search.generation).toBe(0);
    expect(() => search.tell(1, { cost: 1, score: 1 })).toThrow(unknown);
  });

  it('cannot be asked or told while it runs by itself', async () => {
    const search = new Search(tradeOff(), options);
    const running = search.run();
    expect(() => search.ask()).toThrow(expect.objectContaining({ code: 'BUSY' }));
    expect(() => search.tell(0, { cost: 1, score: 1 })).toThrow(expect.objectContaining({ code: 'BUSY' }));
    await running;
  });
});

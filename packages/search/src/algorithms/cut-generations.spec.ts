import { nsga2, nsga3, Search, type Algorithm, type SearchLimits, type SearchSettings } from '../index.js';
import { dtlz2, tnk } from '../suites/index.js';
import type { Problem } from '../problem.js';
import { ctaea, moead, smsEmoa, unsga3 } from './index.js';

type Genes = readonly number[];

const settings: SearchSettings & { readonly seed: number } = { seed: 3, populationSize: 12 };
const problems: readonly Problem<Genes, string, string>[] = [tnk(), dtlz2({ objectives: 3, k: 3 })];

const runs = (problem: Problem<Genes, string, string>, algorithm: Algorithm, offspring: number | undefined) => {
  const own = { ...settings, ...(offspring !== undefined && { offspring }) };
  const end = async (search: Search<Genes, string, string>): Promise<string> => {
    await search.run();
    return JSON.stringify(search.checkpoint());
  };
  return {
    start: (limits: SearchLimits) => end(new Search(problem, { ...own, ...limits, algorithm })),
    goOn: (saved: string, limits: SearchLimits) =>
      end(Search.resume(problem, JSON.parse(saved) as unknown, { ...limits, algorithm })),
  };
};

describe.each<readonly [string, () => Algorithm, number | undefined]>([
  ['nsga2', nsga2, undefined],
  ['nsga2 in a steady state', nsga2, 1],
  ['nsga3', nsga3, undefined],
  ['unsga3', unsga3, undefined],
  ['moead', moead, undefined],
  ['smsEmoa', smsEmoa, undefined],
  ['smsEmoa in a steady state', smsEmoa, 1],
  ['ctaea', ctaea, undefined],
])('%s', (_, algorithm, offspring) => {
  it.each([5, 12, 19, 31, 47])(
    'cut by a limit of %d and made longer, it is the search that was not interrupted',
    async (evaluations) => {
      for (const problem of problems) {
        const { start, goOn } = runs(problem, algorithm(), offspring);
        const whole = await start({ evaluations: 60 });
        expect(await goOn(await start({ evaluations }), { evaluations: 60 })).toBe(whole);
        let saved = await start({ evaluations: 3 });
        for (const next of [evaluations, evaluations + 1, 60]) saved = await goOn(saved, { evaluations: next });
        expect(saved).toBe(whole);
      }
    },
  );

  it('asked and told one by one, in any order, it is the search that runs by itself', async () => {
    for (const problem of problems) {
      const { start } = runs(problem, algorithm(), offspring);
      const own = { ...settings, ...(offspring !== undefined && { offspring }), algorithm: algorithm() };
      const search = new Search(problem, { ...own, evaluations: 40 });
      for (let asked = search.ask(); asked.length > 0; asked = search.ask()) {
        if (offspring === 1 && search.generation >= 0) expect(asked).toHaveLength(1);
        const last = asked.at(-1);
        if (!last) break;
        const results = await problem.evaluate([last.genome], { generation: 0, keys: [] });
        search.tell(last.id, (results as readonly Readonly<Record<string, number>>[])[0] ?? {});
      }
      expect(JSON.stringify(search.checkpoint())).toBe(await start({ evaluations: 40 }));
    }
  });
});

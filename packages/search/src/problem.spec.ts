import { Search, type Objectives, type SearchOptions } from './index.js';
import { tradeOff } from './testing/trade-off.js';

type Names = 'cost' | 'score';

const evaluating = (results: (count: number) => unknown) =>
  new Search(tradeOff(4, { evaluate: async (genomes) => results(genomes.length) as readonly Objectives<Names>[] }), {
    generations: 1,
    populationSize: 4,
  }).run();

describe('what a search refuses', () => {
  it.each([
    ['a NaN', (n: number) => Array(n).fill({ cost: 1, score: NaN }), 'score = NaN'],
    ['an infinity', (n: number) => Array(n).fill({ cost: Infinity, score: 1 }), 'cost = Infinity'],
    ['a missing objective', (n: number) => Array(n).fill({ cost: 1 }), 'score = undefined'],
    ['a hole', (n: number) => Array(n).fill(undefined), 'cost = undefined'],
    ['too few results', (n: number) => Array(n - 1).fill({ cost: 1, score: 1 }), '3 results for 4 genomes'],
    ['no array', () => 7, 'gave a value of type number for 4 genomes'],
  ])('%s from evaluate', async (_, results, message) => {
    await expect(evaluating(results)).rejects.toMatchObject({
      code: 'INVALID_OBJECTIVES',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    [{}, 'no limit came'],
    [{ generations: 1.5 }, 'generations is 1.5'],
    [{ evaluations: -1 }, 'evaluations is -1'],
    [{ generations: 1, populationSize: 0 }, 'populationSize is 0'],
    [{ generations: 1, attempts: 0 }, 'attempts is 0'],
    [{ generations: 1, crossoverRate: 2 }, 'crossoverRate is 2'],
    [{ generations: 1, mutationRate: NaN }, 'mutationRate is NaN'],
    [{ generations: 1, seed: -1 }, 'seed is -1'],
    [{ generations: 1, reference: { cost: 1, score: NaN } }, 'reference.score is NaN'],
  ] as [SearchOptions<Names>, string][])('options %j', (options, message) => {
    expect(() => new Search(tradeOff(), options)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(message) }),
    );
  });

  it('objectives without a name or a direction, and a reference for other than two', () => {
    const make = (objectives: object, reference?: object) => () =>
      new Search(
        { ...tradeOff(), objectives } as never,
        { generations: 1, ...(reference ? { reference } : {}) } as never,
      );
    expect(make({})).toThrow('objectives is empty');
    expect(make({ cost: 'down' })).toThrow('objective "cost" has direction "down"');
    expect(make({ cost: 'minimize' }, { cost: NaN })).toThrow('reference.cost is NaN');
  });
});

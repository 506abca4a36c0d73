import { evaluateEach, minimize, nsga2, nsga3, Search, whenStagnant } from './index.js';
import * as search from './index.js';
import { frontSvg } from './svg/index.js';
import { race, racingEvaluate, SurrogateSearch } from './surrogate/index.js';
import { tradeOff } from './testing/trade-off.js';
import { workerPool } from './workers/index.js';

/** What plain JavaScript may hand in, whatever the types say. */
const untyped = (value: unknown): never => value as never;

const coded = (code: string, text: string): Error =>
  expect.objectContaining({ name: 'SearchError', code, message: expect.stringContaining(text) }) as Error;

const thrownBy = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
};

const withOptions = (options: unknown) => () => new Search(tradeOff(), untyped(options));
const withProblem = (changes: object) => () => new Search({ ...tradeOff(), ...changes }, { generations: 1 });

describe('options of a search', () => {
  it.each<readonly unknown[]>([
    [{ generations: 1, populatonSize: 20 }, 'an option "populatonSize"', 'Did you mean "populationSize"?'],
    [{ generations: 1, Seed: 3 }, 'an option "Seed"', 'Did you mean "seed"?'],
    [{ generations: 1, workers: 8 }, 'an option "workers"', 'Leave it out.'],
    [{ generation: 1 }, 'an option "generation"', 'Did you mean "generations"?'],
    [{}, 'no limit came'],
    [undefined, 'expected an object of options'],
    [null, 'expected an object of options'],
    [40, 'expected an object of options'],
    [{ generations: 1, algorithm: nsga2 }, 'expected an algorithm, such as nsga2() with its parentheses'],
    [{ generations: 1, algorithm: 'nsga2' }, 'algorithm is nsga2'],
    [{ generations: 1, seed: 0.5 }, 'seed is 0.5'],
    [{ generations: '40' }, 'generations is 40'],
  ])('%j are refused by name', (options: unknown, ...texts: unknown[]) => {
    const error = thrownBy(withOptions(options)) as Error;
    for (const text of texts) expect(error).toEqual(coded('INVALID_OPTION', String(text)));
  });

  it('are refused by minimize and resume just so', () => {
    const saved = new Search(tradeOff(), { generations: 1 }).checkpoint();
    const unknown = coded('INVALID_OPTION', 'Did you mean "generations"?');
    expect(() => minimize(tradeOff(), untyped({ generatons: 1 }))).toThrow(unknown);
    expect(() => Search.resume(tradeOff(), saved, untyped({ generatons: 1 }))).toThrow(unknown);
    expect(() => minimize(tradeOff(), untyped(undefined))).toThrow(coded('INVALID_OPTION', 'no limit came'));
  });
});

describe('parts of a problem', () => {
  it.each([
    [{ initial: undefined }, 'initial is of type undefined: expected a function, as a space brings it'],
    [{ mutate: 'swap' }, 'mutate is of type string'],
    [{ crossover: null }, 'crossover is null'],
    [{ evaluate: [] }, 'evaluate is of type object'],
    [{ repair: true }, 'repair is of type boolean'],
    [{ objectives: undefined }, 'objectives is of type undefined'],
    [{ objectives: {} }, 'objectives is empty'],
    [{ objectives: { cost: 'min' } }, `direction "min"`],
    [{ seeds: 'all' }, 'seeds is of type string: expected an array'],
    [{ constraints: 'g' }, 'constraints is of type string'],
  ])('%j are refused', (changes, text) => {
    expect(withProblem(changes)).toThrow(coded('INVALID_PROBLEM', text));
  });

  it.each([[undefined], [null], ['zdt1']])('a problem that is %p is refused', (problem) => {
    expect(() => new Search(untyped(problem), { generations: 1 })).toThrow(coded('INVALID_PROBLEM', 'the problem is'));
  });

  it('without evaluate a search can be asked and told, and says so when it is run', async () => {
    const { evaluate: _, ...rest } = tradeOff();
    const asked = new Search(untyped(rest), { populationSize: 4, generations: 1 });
    expect(asked.ask()).toHaveLength(4);
    const missing = coded('INVALID_PROBLEM', 'evaluate is missing');
    await expect(asked.run()).rejects.toEqual(missing);
    await expect(asked.generations().next()).rejects.toEqual(missing);
    expect(asked.ask()).toHaveLength(4);
  });
});

describe('options of everything else', () => {
  const numbers = { lower: 0, upper: 1, length: 2 };

  it.each<readonly [string, () => unknown]>([
    ['nsga3()', () => nsga3(untyped({ division: 12 }))],
    ['referenceDirections()', () => search.referenceDirections(untyped({ objectives: 3, divisions: 3, iner: 1 }))],
    ['sbx()', () => search.sbx(untyped({ etta: 3 }))],
    ['polynomial()', () => search.polynomial(untyped({ etta: 3 }))],
    ['creep()', () => search.creep(untyped({ ...numbers, mx: 2 }))],
    ['reset()', () => search.reset(() => 1, untyped({ propability: 1 }))],
    ['pointCrossover()', () => search.pointCrossover(untyped({ point: 2 }))],
    ['uniformCrossover()', () => search.uniformCrossover(untyped({ propability: 1 }))],
    ['realVector()', () => search.realVector(untyped({ ...numbers, eta: 2 }))],
    ['integerVector()', () => search.integerVector(untyped({ ...numbers, eta: 2 }))],
    ['descendingVector()', () => search.descendingVector(untyped({ length: 3, step: 20 }))],
    ['real()', () => search.real(untyped({ lower: 0, upper: 1, scal: 'log' }))],
    ['integer()', () => search.integer(untyped({ lower: 0, upper: 1, step: 2 }))],
    ['permutation()', () => search.permutation(3, untyped({ mutation: 1 }))],
    ['choice()', () => search.choice(['a'], untyped({ mutation: 1 }))],
    ['a space of spaces', () => search.record({ a: search.choice(['a']) }, untyped({ mutation: 1 }))],
    ['constantRatioSeeds()', () => search.constantRatioSeeds(untyped({ layers: 2, count: 2, smallest: 0.5, a: 1 }))],
    ['whenStagnant()', () => whenStagnant(untyped({ generation: 3 }))],
    ['createArchive()', () => search.createArchive({ a: 'minimize' }, untyped({ size: 3 }))],
    ['evaluateEach()', () => evaluateEach(() => ({ a: 1 }), untyped({ timeout: 3 }))],
    [
      'successiveHalving()',
      () =>
        search.successiveHalving(
          untyped({ fidelities: [0.5, 1], objectives: { a: 'minimize' }, evaluate: async () => [], kep: 1 }),
        ),
    ],
    ['workerPool()', () => workerPool(untyped({ worker: () => undefined, threads: 2 }))],
    [
      'racingEvaluate()',
      () => {
        const exact = { b: () => 1 };
        const options = { raced: 'a', exact, objectives: { a: 'maximize', b: 'minimize' }, examples: 3, eror: 0.1 };
        return racingEvaluate(untyped({ ...options, score: async () => [] }));
      },
    ],
    ['frontSvg()', () => frontSvg([], { a: 'minimize', b: 'minimize' }, untyped({ tittle: 'x' }))],
  ])('%s refuses unknown ones by name', (what, run) => {
    expect(run).toThrow(coded('INVALID_OPTION', `${what} got an option "`));
  });

  it('race() and a surrogate search refuse unknown ones by name', async () => {
    await expect(race([1], untyped({ examples: 3, score: async () => [[1, 1, 1]], look: [0.5] }))).rejects.toEqual(
      coded('INVALID_OPTION', 'race() got an option "look"'),
    );
    const problem = { ...tradeOff(), features: (shares: readonly number[]) => shares };
    expect(() => new SurrogateSearch(problem, untyped({ evaluations: 5, evaluation: 5 }))).toThrow(
      coded('INVALID_OPTION', '"evaluation" is no option'),
    );
  });
});

import { createBreeder, createFamilies, createTournament } from './breeding.js';
import { createRandom } from './random.js';

describe('tournaments', () => {
  it('everybody takes part once in half as many tournaments as there are members, and the better of two wins', () => {
    const met: number[] = [];
    const prefer = (a: number, b: number): number => {
      met.push(a, b);
      return a - b;
    };
    const next = createTournament(10, prefer, createRandom(1));
    const winners = Array.from({ length: 5 }, next);
    expect([...met].sort((a, b) => a - b)).toEqual([...Array(10).keys()]);
    expect(winners).toEqual(winners.map((_, i) => Math.min(met[2 * i] ?? NaN, met[2 * i + 1] ?? NaN)));
  });

  it('a coin decides between equals', () => {
    const wins = [0, 0];
    const next = createTournament(2, () => 0, createRandom(2));
    for (let i = 0; i < 2_000; i += 1) {
      const winner = next();
      wins[winner] = (wins[winner] ?? 0) + 1;
    }
    expect((wins[0] ?? 0) / 2_000).toBeCloseTo(0.5, 1);
  });
});

describe('breeding', () => {
  const random = createRandom(3);
  const family = createFamilies(4, 2, { select: () => 1, random });
  const options = { random, size: 4, family, crossoverRate: 1, mutationRate: 0 };
  const parent = (row: number): string => 'abcd'[row] ?? '';

  it('gives every child of a pair of two different parents, one after the other', () => {
    const pairs: string[] = [];
    const breed = createBreeder<string>(
      {
        crossover: (a, b) => {
          pairs.push(a + b);
          return [a + b, b + a, 'third'];
        },
        mutate: (genome) => `${genome}'`,
      },
      parent,
      options,
    );
    const children = Array.from({ length: 6 }, breed);
    expect(pairs).toHaveLength(2);
    expect(pairs.every((pair) => pair[0] !== pair[1])).toBe(true);
    expect(children).toEqual(pairs.flatMap((pair) => [pair, [...pair].reverse().join(''), 'third']));
  });

  it('makes children of as many different parents as a recombination wants', () => {
    const families: string[] = [];
    const combine = (parents: readonly string[]): string[] => {
      families.push(parents.join(''));
      return [`${parents[0]}!`];
    };
    const family = createFamilies(4, 4, { select: () => 2, random });
    const breed = createBreeder<string>(
      { crossover: () => ['never'], recombine: { parents: 4, combine }, mutate: (genome) => genome },
      parent,
      { ...options, family },
    );
    expect(Array.from({ length: 20 }, breed)).toEqual(new Array(20).fill('c!'));
    expect(families.map((letters) => [...letters].sort().join(''))).toEqual(new Array(20).fill('abcd'));
    expect(new Set(families).size).toBeGreaterThan(3);
    expect(createFamilies(2, 4, { select: () => 1, random })()).toHaveLength(4);
  });

  it('mutates copies always, children as often as asked', () => {
    const problem = { crossover: (a: string, b: string) => [a, b], mutate: (genome: string) => genome.toUpperCase() };
    const copies = createBreeder<string>(problem, parent, { ...options, crossoverRate: 0 });
    expect(Array.from({ length: 20 }, copies).every((child) => child === child.toUpperCase())).toBe(true);
    const children = createBreeder<string>(problem, parent, { ...options, mutationRate: 0.25 });
    const mutated = Array.from({ length: 2_000 }, children).filter((child) => child === child.toUpperCase()).length;
    expect(mutated / 2_000).toBeCloseTo(0.25, 1);
  });

  it.each([[[]], ['child'], [undefined]])('refuses a crossover that gives %j', (given) => {
    const breed = createBreeder(
      { crossover: () => given as never, mutate: (genome: string) => genome },
      parent,
      options,
    );
    expect(breed).toThrow(expect.objectContaining({ code: 'INVALID_PROBLEM' }));
  });
});

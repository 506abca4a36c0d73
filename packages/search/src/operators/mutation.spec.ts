import fc from 'fast-check';
import { createRandom, type Random } from '../random.js';
import { countsOf, invalidOption, seeds } from '../testing/space-laws.js';
import { creep } from './creep.js';
import { pickGenes } from './pick-genes.js';
import { reset } from './reset.js';
import { swap } from './swap.js';

const differences = (a: readonly number[], b: readonly number[]): number => a.filter((gene, i) => gene !== b[i]).length;
const die = (random: Random): number => random.integer(1, 6);

describe('pickGenes', () => {
  it('picks each gene equally often, and always one', () => {
    const random = createRandom(1);
    const picks = Array.from({ length: 20_000 }, () => pickGenes(5, random));
    expect(Math.min(...picks.map(({ length }) => length))).toBe(1);
    const counts = countsOf(picks.flat());
    for (let i = 0; i < 5; i += 1) expect((counts.get(i) ?? 0) / 20_000).toBeCloseTo(0.2 + 0.8 ** 5 / 5, 1.7);
  });

  it('picks none of none and all with certainty', () => {
    expect(pickGenes(0, createRandom(1))).toEqual([]);
    expect(pickGenes(3, createRandom(1), 1)).toEqual([0, 1, 2]);
    expect(pickGenes(3, createRandom(1), 0)).toHaveLength(1);
  });
});

describe('reset', () => {
  it('draws genes anew in a copy', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const genome = [0, 0, 0, 0];
        const mutant = reset(die)(genome, createRandom(seed));
        expect(differences(mutant, genome)).toBeGreaterThanOrEqual(1);
        expect(mutant.every((gene) => gene >= 0 && gene <= 6)).toBe(true);
        expect(genome).toEqual([0, 0, 0, 0]);
        expect(reset(die)(genome, createRandom(seed))).toEqual(mutant);
      }),
    );
    expect(reset((_, gene) => gene, { probability: 1 })([9, 9, 9], createRandom(1))).toEqual([0, 1, 2]);
  });

  it('refuses what is no probability', () => {
    expect(() => reset(die, { probability: 2 })).toThrow(invalidOption('probability is 2'));
  });
});

describe('creep', () => {
  const genomes = fc.array(fc.integer({ min: -3, max: 9 }), { minLength: 1, maxLength: 8 });

  it('moves at least one gene by at most max, within bounds, in a copy', () => {
    fc.assert(
      fc.property(seeds, genomes, fc.integer({ min: 1, max: 20 }), (seed, genome, max) => {
        const before = genome.slice();
        const mutate = creep({ lower: -3, upper: 9, max });
        const mutant = mutate(genome, createRandom(seed));
        expect(differences(mutant, genome)).toBeGreaterThanOrEqual(1);
        expect(mutant.every((gene) => Number.isInteger(gene) && gene >= -3 && gene <= 9)).toBe(true);
        expect(mutant.every((gene, i) => Math.abs(gene - (genome[i] ?? NaN)) <= max)).toBe(true);
        expect(genome).toEqual(before);
        expect(mutate(genome, createRandom(seed))).toEqual(mutant);
      }),
    );
  });

  it('steps to every neighbour equally often', () => {
    const random = createRandom(2);
    const counts = countsOf(Array.from({ length: 9_000 }, () => creep({ lower: 0, upper: 9, max: 2 })([1], random)[0]));
    expect([...counts.keys()].sort()).toEqual([0, 2, 3]);
    for (const count of counts.values()) expect(count / 9_000).toBeCloseTo(1 / 3, 1.5);
  });

  it('takes steps of all sizes without max, short ones most often', () => {
    const random = createRandom(3);
    const mutate = creep({ lower: 0, upper: 1000 });
    const sizes = Array.from({ length: 20_000 }, () => Math.abs((mutate([500], random)[0] ?? NaN) - 500));
    const share = (low: number, high: number): number =>
      sizes.filter((size) => size >= low && size <= high).length / sizes.length;
    expect(share(1, 1)).toBeGreaterThan(0.15);
    expect(share(1, 16)).toBeGreaterThan(0.5);
    expect(share(257, 500)).toBeGreaterThan(0.03);
    expect(Math.max(...sizes)).toBeGreaterThan(480);
  });

  it('reaches every value of the widest range and stays where there is one value', () => {
    const wide = creep({ lower: -(2 ** 31), upper: 2 ** 31 - 1 })([0], createRandom(1));
    expect(wide[0]).not.toBe(0);
    expect(creep({ lower: 4, upper: 4 })([4], createRandom(1))).toEqual([4]);
    expect(creep({ lower: [0, 5], upper: [0, 6], probability: 1 })([0, 5], createRandom(1))).toEqual([0, 6]);
    expect(creep({ lower: 0, upper: 1 })([7], createRandom(1))).toEqual([0]);
  });

  it.each([
    [{ lower: 3, upper: 1 }, 'Swap them'],
    [{ lower: 0.5, upper: 1 }, 'expected integers'],
    [{ lower: 0, upper: 2 ** 32 }, 'less than 2^32 apart'],
    [{ lower: 0, upper: 9, max: 0 }, 'max is 0'],
    [{ lower: 0, upper: 9, probability: NaN }, 'probability is NaN'],
  ])('refuses %j', (options, part) => {
    expect(() => creep(options)).toThrow(invalidOption(part));
  });
});

describe('swap', () => {
  it('exchanges two places of a copy, any two equally often', () => {
    const random = createRandom(4);
    const mutants = Array.from({ length: 6_000 }, () => swap()(['a', 'b', 'c', 'd'], random).join(''));
    const counts = countsOf(mutants);
    expect([...counts.keys()].sort()).toEqual(['abdc', 'acbd', 'adcb', 'bacd', 'cbad', 'dbca']);
    for (const count of counts.values()) expect(count / 6_000).toBeCloseTo(1 / 6, 1.5);
    expect([swap()([], random), swap()([1], random)]).toEqual([[], [1]]);
  });
});

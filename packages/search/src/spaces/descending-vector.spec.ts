import fc from 'fast-check';
import { SearchError } from '../errors.js';
import { createRandom } from '../random.js';
import { descendingVector } from './descending-vector.js';

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const descends = (genome: readonly number[]): boolean =>
  genome.every((gene, i) => i === 0 || gene <= (genome[i - 1] ?? 0));

describe.each([
  { name: 'reals', options: { length: 6, lower: 0.1 }, onGrid: () => true },
  {
    name: 'a grid',
    options: { length: 6, steps: 20, lower: 0.1 },
    onGrid: (x: number) => Math.round(x * 20) / 20 === x,
  },
  { name: 'integers', options: { length: 6, steps: 1, lower: 2, upper: 128 }, onGrid: Number.isInteger },
])('descending vector of $name', ({ options, onGrid }) => {
  const genes = descendingVector(options);
  const { upper = 1 } = options as { upper?: number };
  const legal = (genome: readonly number[]): boolean =>
    genome.length === 6 && descends(genome) && genome.every((x) => x >= options.lower && x <= upper && onGrid(x));

  it('makes nothing but legal vectors', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = createRandom(seed);
        const [a, b] = [genes.initial(random), genes.initial(random)];
        expect([a, b, genes.mutate(a, random), ...genes.crossover(a, b)].filter((genome) => !legal(genome))).toEqual(
          [],
        );
        expect(genes.repair(a)).toEqual(a);
      }),
    );
  });

  it('repairs anything', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -9, max: 200, noNaN: true }), { minLength: 6, maxLength: 6 }), (genome) =>
        legal(genes.repair(genome)),
      ),
    );
  });
});

describe('descending vector', () => {
  it('draws gene i between the old next gene and the new previous one', () => {
    const { mutate } = descendingVector({ length: 3, steps: 1, lower: 2, upper: 10, probability: 1 });
    const random = createRandom(4);
    const seen = Array.from({ length: 3_000 }, () => mutate([9, 6, 4], random));
    expect(new Set(seen.map(([first]) => first))).toEqual(new Set([6, 7, 8, 9, 10]));
    expect(new Set(seen.map(([, second]) => second))).toEqual(new Set([4, 5, 6, 7, 8, 9, 10]));
    expect(Math.min(...seen.map(([, , third = NaN]) => third))).toBe(2);
  });

  it('mutates each gene with the given probability', () => {
    const { mutate } = descendingVector({ length: 4, probability: 0 });
    expect(mutate([0.9, 0.5, 0.5, 0.1], createRandom(1))).toEqual([0.9, 0.5, 0.5, 0.1]);
  });

  it('crosses to the mean, rounded up on a grid', () => {
    expect(descendingVector({ length: 2, steps: 1, upper: 9 }).crossover([9, 4], [6, 2])).toEqual([[8, 3]]);
    expect(descendingVector({ length: 2 }).crossover([1, 0.5], [0.5, 0.25])).toEqual([[0.75, 0.375]]);
  });

  it.each([{ length: 0 }, { length: 2, steps: 0 }, { length: 2, lower: 2 }, { length: 2, probability: 2 }])(
    'refuses %p',
    (options) => {
      expect(() => descendingVector(options)).toThrow(SearchError);
    },
  );
});

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
    name: 'a grid, as the paper has it',
    options: { length: 6, steps: 20, lower: 0.1, mutation: 'redraw', crossover: 'mean' } as const,
    onGrid: (x: number) => Math.round(x * 20) / 20 === x,
  },
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
        expect(
          [a, b, genes.mutate(a, random), ...genes.crossover(a, b, random)].filter((genome) => !legal(genome)),
        ).toEqual([]);
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
    const { mutate } = descendingVector({
      length: 3,
      steps: 1,
      lower: 2,
      upper: 10,
      mutation: 'redraw',
      probability: 1,
    });
    const random = createRandom(4);
    const seen = Array.from({ length: 3_000 }, () => mutate([9, 6, 4], random));
    expect(new Set(seen.map(([first]) => first))).toEqual(new Set([6, 7, 8, 9, 10]));
    expect(new Set(seen.map(([, second]) => second))).toEqual(new Set([4, 5, 6, 7, 8, 9, 10]));
    expect(Math.min(...seen.map(([, , third = NaN]) => third))).toBe(2);
  });

  it('mutates each gene with the given probability', () => {
    const { mutate } = descendingVector({ length: 4, mutation: 'redraw', probability: 0 });
    expect(mutate([0.9, 0.5, 0.5, 0.1], createRandom(1))).toEqual([0.9, 0.5, 0.5, 0.1]);
  });

  it('crosses to the mean, rounded up on a grid', () => {
    const mean = (options: object) => descendingVector({ length: 2, crossover: 'mean', ...options }).crossover;
    expect(mean({ steps: 1, upper: 9 })([9, 4], [6, 2], createRandom(1))).toEqual([[8, 3]]);
    expect(mean({})([1, 0.5], [0.5, 0.25], createRandom(1))).toEqual([[0.75, 0.375]]);
  });

  it('moves a gene, and what it passes comes along: nothing else changes', () => {
    const { mutate } = descendingVector({ length: 4, steps: 1, lower: 1, upper: 9, probability: 0 }); // so one gene moves
    const parent = [8, 5, 5, 2];
    const moves = parent.flatMap((from, i) =>
      Array.from({ length: 9 }, (_, at) => at + 1)
        .filter((to) => to !== from)
        .map((to) => parent.map((gene, j) => (j === i ? to : j < i ? Math.max(gene, to) : Math.min(gene, to))).join()),
    );
    const random = createRandom(3);
    const seen = new Set(Array.from({ length: 5_000 }, () => mutate(parent, random).join()));
    expect([...seen].sort()).toEqual([...new Set(moves)].sort());
  });

  it('reaches every genotype from any other by local moves', () => {
    const { mutate } = descendingVector({ length: 3, steps: 4 });
    const random = createRandom(5);
    let genome: readonly number[] = [1, 1, 1];
    const seen = new Set<string>();
    for (let i = 0; i < 2_000; i += 1) seen.add((genome = mutate(genome, random)).join());
    expect(seen.size).toBe(20); // 4 + 3 - 1 over 3
  });

  it('crosses at one point: each gene comes from a parent, or is held down by the gene before it', () => {
    const genes = descendingVector({ length: 8, steps: 20 });
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = createRandom(seed);
        const [a, b] = [genes.initial(random), genes.initial(random)];
        const expected = Array.from({ length: 7 }, (_, i) => i + 1).map((cut) =>
          [
            [...a.slice(0, cut), ...b.slice(cut)],
            [...b.slice(0, cut), ...a.slice(cut)],
          ].map((child) => genes.repair(child)),
        );
        expect(expected).toContainEqual(genes.crossover(a, b, random));
      }),
    );
  });

  it.each([
    { length: 0 },
    { length: 2, steps: 0 },
    { length: 2, lower: 2 },
    { length: 2, probability: 2 },
    { length: 2, lower: -Infinity },
    { length: 2, mutation: 'both' as 'local' },
    { length: 2, crossover: 'both' as 'mean' },
    { length: 2, propability: 0.5 } as { length: number },
  ])('refuses %p', (options) => {
    expect(() => descendingVector(options)).toThrow(SearchError);
  });
});

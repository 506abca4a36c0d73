import fc from 'fast-check';
import { createRandom } from '../random.js';
import { checkSpaceLaws, countsOf, invalidOption } from '../testing/space-laws.js';
import { permutation } from './permutation.js';

const isPermutation = (genome: readonly number[], length: number): boolean =>
  genome
    .slice()
    .sort((a, b) => a - b)
    .join() === Array.from({ length }, (_, i) => i).join();

describe('permutation', () => {
  it.each([1, 2, 3, 12])('of %i keeps the laws of spaces', (length) => {
    checkSpaceLaws(permutation(length), (genome) => isPermutation(genome, length));
  });

  it('samples all orders equally often', () => {
    const random = createRandom(1);
    const counts = countsOf(Array.from({ length: 12_000 }, () => permutation(3).initial(random, 0).join()));
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(count / 12_000).toBeCloseTo(1 / 6, 1.6);
  });

  it('repairs anything of its length and changes no more than it must', () => {
    const { repair } = permutation(5);
    expect(repair?.([4, 4, 0, 9, 1])).toEqual([4, 2, 0, 3, 1]);
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: -2, max: 7 }), fc.double()), { minLength: 5, maxLength: 5 }),
        (genome) => {
          const repaired = repair?.(genome) ?? [];
          expect(isPermutation(repaired, 5)).toBe(true);
          const usable = new Set(genome.filter((gene) => [0, 1, 2, 3, 4].includes(gene)));
          expect(repaired.filter((gene, i) => gene === genome[i]).length).toBe(usable.size);
        },
      ),
    );
    expect(() => repair?.([0, 1])).toThrow(invalidOption('2 genes: expected an array of 5'));
    expect(() => repair?.({} as number[])).toThrow(invalidOption('a genome has {}'));
  });

  it.each([0, -1, 1.5, NaN])('refuses a length of %d', (length) => {
    expect(() => permutation(length)).toThrow(invalidOption('expected an integer >= 1'));
  });
});

import { createRandom } from '../random.js';
import { checkSpaceLaws, countsOf, invalidOption } from '../testing/space-laws.js';
import { integerVector } from './integer-vector.js';

describe('integerVector', () => {
  const inside = (gene: number, low: number, high: number): boolean =>
    Number.isInteger(gene) && gene >= low && gene <= high;

  it.each([
    { lower: -1, upper: 1 },
    { lower: 0, upper: 100_000 },
    { lower: 7, upper: 7 },
  ])('keeps the laws of spaces from $lower to $upper', ({ lower, upper }) => {
    checkSpaceLaws(
      integerVector({ length: 4, lower, upper }),
      (genome) => genome.length === 4 && genome.every((gene) => inside(gene, lower, upper)),
    );
  });

  it('samples each range evenly, both ends included', () => {
    const random = createRandom(1);
    const space = integerVector({ length: 2, lower: [0, 5], upper: [3, 6] });
    const genomes = Array.from({ length: 8_000 }, () => space.initial(random, 0).join());
    expect(countsOf(genomes).size).toBe(8);
    for (const count of countsOf(genomes).values()) expect(count / 8_000).toBeCloseTo(1 / 8, 1.6);
  });

  it('repairs by rounding into the range and refuses what is no genome', () => {
    const { repair } = integerVector({ length: 3, lower: 0, upper: 9 });
    expect(repair?.([-4, 2.6, 99])).toEqual([0, 3, 9]);
    expect(() => repair?.([1])).toThrow(invalidOption('1 genes'));
    expect(() => repair?.([1, 2, NaN])).toThrow(invalidOption('NaN'));
  });

  it.each([
    [{ length: 0, lower: 0, upper: 1 }, 'length is 0'],
    [{ length: 1, lower: 2, upper: 1 }, 'Swap them'],
    [{ length: 1, lower: 0, upper: 1.5 }, 'expected integers'],
    [{ length: 1, lower: 0, upper: Infinity }, 'finite'],
    [{ length: 1, lower: 0, upper: 2 ** 40 }, '2^32'],
  ])('refuses %j', (options, part) => {
    expect(() => integerVector(options)).toThrow(invalidOption(part));
  });
});

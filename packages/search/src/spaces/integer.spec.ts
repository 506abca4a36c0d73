import { createRandom } from '../random.js';
import { checkSpaceLaws, countsOf, invalidOption } from '../testing/space-laws.js';
import { integer } from './integer.js';

describe('integer', () => {
  it.each([
    { lower: 1, upper: 24 },
    { lower: 0, upper: 0 },
    { lower: -(2 ** 31), upper: 2 ** 31 - 1 },
  ])('keeps the laws of spaces for %j', ({ lower, upper }) => {
    checkSpaceLaws(integer({ lower, upper }), (gene) => Number.isInteger(gene) && gene >= lower && gene <= upper);
  });

  it('samples evenly, inherits from either parent, and always moves', () => {
    const random = createRandom(1);
    const space = integer({ lower: 3, upper: 6 });
    const samples = countsOf(Array.from({ length: 8_000 }, () => space.initial(random, 0)));
    for (const count of samples.values()) expect(count / 8_000).toBeCloseTo(0.25, 1.5);
    const children = countsOf(Array.from({ length: 4_000 }, () => space.crossover(3, 6, random).join()));
    expect([...children.keys()].sort()).toEqual(['3,6', '6,3']);
    expect((children.get('3,6') ?? 0) / 4_000).toBeCloseTo(0.5, 1.5);
    const mutants = countsOf(Array.from({ length: 500 }, () => space.mutate(3, random)));
    expect([...mutants.keys()].sort()).toEqual([4, 5, 6]); // every other value in one step
  });

  it('repairs by rounding into the range', () => {
    const { repair } = integer({ lower: 1, upper: 9 });
    expect([repair?.(0.2), repair?.(2.6), repair?.(12)]).toEqual([1, 3, 9]);
    expect(() => repair?.(undefined as unknown as number)).toThrow(invalidOption('a gene is undefined'));
  });

  it.each([
    [{ lower: 2, upper: 1 }, 'Swap them'],
    [{ lower: 0.5, upper: 1 }, 'expected integers'],
    [{ lower: 0, upper: NaN }, 'finite'],
  ])('refuses %j', (options, part) => {
    expect(() => integer(options)).toThrow(invalidOption(part));
  });
});

import { createRandom } from '../random.js';
import { checkSpaceLaws, countsOf, invalidOption } from '../testing/space-laws.js';
import { realVector } from './real-vector.js';

describe('realVector', () => {
  const box = realVector({ length: 3, lower: [0, 10, -5], upper: [1, 11, 5], crossoverEta: 2, mutationEta: 2 });
  const isLegal = ([x = NaN, y = NaN, z = NaN]: readonly number[]): boolean =>
    x >= 0 && x <= 1 && y >= 10 && y <= 11 && z >= -5 && z <= 5;

  it('keeps the laws of spaces', () => checkSpaceLaws(box, isLegal));

  it('samples its box evenly', () => {
    const random = createRandom(1);
    const tenths = countsOf(Array.from({ length: 10_000 }, () => Math.floor((box.initial(random, 0)[2] ?? NaN) + 5)));
    expect(tenths.size).toBe(10);
    for (const count of tenths.values()) expect(count / 10_000).toBeCloseTo(0.1, 1.6);
  });

  it('repairs to the box and refuses what is no genome', () => {
    expect(box.repair?.([-1, 12, 0.5])).toEqual([0, 11, 0.5]);
    expect(() => box.repair?.([0, 10])).toThrow(invalidOption('2 genes: expected an array of 3'));
    expect(() => box.repair?.([0, 10, NaN])).toThrow(invalidOption('a gene is NaN: expected a number from -5 to 5'));
    expect(() => box.repair?.([0, 10, '1' as unknown as number])).toThrow(invalidOption('a gene is 1'));
  });

  it('takes operators of your own', () => {
    const { crossover, mutate } = realVector({ length: 1, crossover: (a) => [a], mutate: (genome) => genome });
    expect([crossover([1], [0], createRandom(1)), mutate([1], createRandom(1))]).toEqual([[[1]], [1]]);
  });

  it.each([
    [{ length: 0 }, 'length is 0'],
    [{ length: 2.5 }, 'length is 2.5'],
    [{ length: 2, lower: 1, upper: 0 }, 'gene 0 has bounds [1, 0]: expected finite numbers, lower <= upper'],
    [{ length: 2, lower: [0] }, 'gene 1 has bounds [undefined, 1]'],
    [{ length: 2, upper: Infinity }, 'finite'],
    [{ length: 1, lower: -1e308, upper: 1e308 }, 'finite'],
    [{ length: 1, crossoverEta: -1 }, 'eta is -1'],
  ])('refuses %j', (options, part) => {
    expect(() => realVector(options)).toThrow(invalidOption(part));
  });
});

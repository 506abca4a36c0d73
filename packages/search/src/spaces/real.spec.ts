import { createRandom } from '../random.js';
import { checkSpaceLaws, invalidOption } from '../testing/space-laws.js';
import { real, type RealOptions } from './real.js';

describe('real', () => {
  it.each<RealOptions>([
    { lower: -1, upper: 2 },
    { lower: 1e-5, upper: 0.1, scale: 'log' },
    { lower: 3, upper: 3, crossoverEta: 1, mutationEta: 1 },
    { lower: 3, upper: 7, scale: 'log', crossoverEta: 0, mutationEta: 0 },
  ])('keeps the laws of spaces for %j', (options) => {
    checkSpaceLaws(real(options), (gene) => gene >= options.lower && gene <= options.upper);
  });

  it('samples decades equally often on a log scale, and half of a linear range half of the time', () => {
    const random = createRandom(1);
    const share = (options: RealOptions, below: number): number =>
      Array.from({ length: 10_000 }, () => real(options).initial(random, 0)).filter((x) => x < below).length / 10_000;
    expect(share({ lower: 1e-4, upper: 1, scale: 'log' }, 1e-2)).toBeCloseTo(0.5, 1.6);
    expect(share({ lower: -1, upper: 1 }, 0)).toBeCloseTo(0.5, 1.6);
  });

  it('moves in proportion on a log scale', () => {
    const { mutate } = real({ lower: 1e-6, upper: 1, scale: 'log' });
    const spread = (gene: number): number => {
      const random = createRandom(2);
      return Math.max(...Array.from({ length: 500 }, () => Math.abs(Math.log(mutate(gene, random) / gene))));
    };
    expect(spread(1e-4) / spread(1e-2)).toBeCloseTo(1, 0);
  });

  it('crosses half of the time and leaves genes that did not move to the last bit', () => {
    const { crossover } = real({ lower: 0.1, upper: 0.9, scale: 'log' });
    const random = createRandom(3);
    const children = Array.from({ length: 4_000 }, () => crossover(0.3, 0.7, random));
    expect(children.filter(([x, y]) => x === 0.3 && y === 0.7).length / 4_000).toBeCloseTo(0.5, 1.5);
  });

  it('repairs to the range', () => {
    const { repair } = real({ lower: 0, upper: 1 });
    expect([repair?.(-1), repair?.(0.3), repair?.(Infinity)]).toEqual([0, 0.3, 1]);
    expect(() => repair?.(NaN)).toThrow(invalidOption('NaN'));
  });

  it.each([
    [{ lower: 2, upper: 1 }, 'Swap them'],
    [{ lower: -Infinity, upper: 1 }, 'finite'],
    [{ lower: 0, upper: 1, scale: 'log' as const }, 'lower is 0 on a log scale'],
    [{ lower: 0, upper: 1, scale: 'cubic' as 'log' }, 'scale is "cubic"'],
    [{ lower: 0, upper: 1, mutationEta: Infinity }, 'eta is Infinity'],
  ])('refuses %j', (options, part) => {
    expect(() => real(options)).toThrow(invalidOption(part));
  });
});

import fc from 'fast-check';
import { SearchError, createRandom, restoreRandom } from './index.js';

const HIGHEST = 2 ** 32 - 1;

describe('random', () => {
  it('is xoshiro128**, word for word', () => {
    // Outputs of the authors' xoshiro128starstar.c 1.1 from state 1, 2, 3, 4.
    const random = restoreRandom([1, 2, 3, 4]);
    const words = Array.from({ length: 10 }, () => random.integer(0, HIGHEST));
    expect(words).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  it('gives the same numbers for the same seed and others for another', () => {
    const draw = (seed: number): number[] => {
      const random = createRandom(seed);
      return Array.from({ length: 8 }, () => random.next());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(0)).not.toEqual(draw(HIGHEST));
  });

  it('continues from a saved state through JSON', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: HIGHEST }), fc.nat(50), (seed, skipped) => {
        const random = createRandom(seed);
        for (let i = 0; i < skipped; i += 1) random.next();
        const copy = restoreRandom(JSON.parse(JSON.stringify(random.state())));
        return random.next() === copy.next() && random.integer(3, 90) === copy.integer(3, 90);
      }),
    );
  });

  it('stays in range and fills it evenly', () => {
    const random = createRandom(3);
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 60_000; i += 1) {
      const face = random.integer(1, 6);
      counts[face - 1] = (counts[face - 1] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(9_600);
    expect(Math.max(...counts)).toBeLessThan(10_400);
    const draws = Array.from({ length: 20_000 }, () => random.next());
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...draws)).toBeLessThan(1);
    expect(draws.reduce((sum, x) => sum + x, 0) / draws.length).toBeCloseTo(0.5, 2);
    expect(random.integer(5, 5)).toBe(5);
  });

  it.each([-1, 0.5, 2 ** 32, NaN])('refuses seed %p', (seed) => {
    expect(() => createRandom(seed)).toThrow(SearchError);
  });

  it('refuses an impossible state or range', () => {
    expect(() => restoreRandom([0, 0, 0, 0])).toThrow('not all zero');
    expect(() => restoreRandom([1, 2, 3, 2 ** 32])).toThrow(SearchError);
    expect(() => createRandom(1).integer(2, 1)).toThrow('low <= high');
  });
});

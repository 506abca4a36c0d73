import fc from 'fast-check';
import { createRandom, polynomial, realVector, sbx, vectorKey } from './index.js';

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const vectors = fc.array(fc.double({ min: -2, max: 3, noNaN: true }), { minLength: 5, maxLength: 5 });
const box = { lower: -2, upper: [3, 3, 3, 3, 3] };

describe('real vector', () => {
  it('keeps children within bounds and leaves parents alone', () => {
    fc.assert(
      fc.property(seeds, vectors, vectors, (seed, a, b) => {
        const random = createRandom(seed);
        const before = JSON.stringify([a, b]);
        const children = [sbx({ ...box, eta: 1.5 })(a, b, random), polynomial({ ...box, probability: 1 })(a, random)];
        expect(children.flat().every((x) => x >= -2 && x <= 3)).toBe(true);
        expect(JSON.stringify([a, b])).toBe(before);
      }),
    );
  });

  it('crosses with the mean of the parents and spreads less for a larger eta', () => {
    const draws = (eta: number): number[] => {
      const random = createRandom(5);
      return Array.from({ length: 20_000 }, () => sbx({ eta })([0.4], [0.6], random)[0] ?? NaN);
    };
    const mean = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;
    const crossed = draws(20).filter((x) => x !== 0.4);
    expect(mean(crossed)).toBeCloseTo(0.5, 2);
    const far = (xs: readonly number[]): number => mean(xs.map((x) => Math.min(Math.abs(x - 0.4), Math.abs(x - 0.6))));
    expect(far(draws(2))).toBeGreaterThan(2 * far(draws(20)));
  });

  it('mutates one gene of n on average', () => {
    const random = createRandom(9);
    const genome = new Array<number>(10).fill(0.5);
    let changed = 0;
    for (let i = 0; i < 5_000; i += 1) changed += polynomial()(genome, random).filter((x) => x !== 0.5).length;
    expect(changed / 5_000).toBeCloseTo(1, 1);
  });

  it('samples its box and refuses an inverted one', () => {
    const sample = realVector({ length: 3, lower: [0, 10, 20], upper: [1, 11, 21] }).initial(createRandom(1));
    expect(sample.map(Math.floor)).toEqual([0, 10, 20]);
    expect(() => realVector({ length: 2, lower: 1, upper: 0 })).toThrow('lower <= upper');
    expect(() => realVector({ length: 2, lower: [0] })).toThrow('gene 1');
  });

  it('has one key for equal vectors only', () => {
    fc.assert(
      fc.property(vectors, vectors, (a, b) => (vectorKey(a) === vectorKey(b)) === a.every((x, i) => x === b[i])),
    );
    expect(vectorKey([0])).toBe(vectorKey([-0]));
    expect(vectorKey(new Array<number>(5_000).fill(1))).toHaveLength(20_000);
  });
});

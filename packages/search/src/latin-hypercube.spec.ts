import fc from 'fast-check';
import { latinHypercube } from './latin-hypercube.js';
import { invalidOption, seeds } from './testing/space-laws.js';

describe('a Latin hypercube', () => {
  it('has one vector in each part of each gene, the same for the same seed', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 6 }), (seed, count, length) => {
        const vectors = latinHypercube({ length, count, seed, lower: -2, upper: 3 });
        for (let gene = 0; gene < length; gene += 1) {
          const parts = vectors.map((vector) => Math.floor((((vector[gene] ?? NaN) + 2) / 5) * count));
          expect(parts.sort((a, b) => a - b)).toEqual([...Array(count).keys()]);
        }
        expect(latinHypercube({ length, count, seed, lower: -2, upper: 3 })).toEqual(vectors);
      }),
    );
  });

  it.each([{ count: 0 }, { count: 2.5 }, { length: 0 }, { seed: -1 }, { lower: 2 }])('refuses %j', (wrong) => {
    expect(() => latinHypercube({ length: 2, count: 3, ...wrong })).toThrow(invalidOption(''));
  });
});

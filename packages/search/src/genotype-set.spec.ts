import fc from 'fast-check';
import { vectorIdentity, vectorKey } from './index.js';
import { createGenotypeSet } from './genotype-set.js';

const vectors = fc.array(fc.array(fc.constantFrom(0, -0, 0.5, 1), { minLength: 2, maxLength: 2 }), { maxLength: 60 });

describe('a set of genotypes', () => {
  it.each([
    ['good hashes', vectorIdentity],
    ['hashes that all collide', { ...vectorIdentity, hash: () => 7 }],
    ['hashes of one bit', { ...vectorIdentity, hash: (genome: readonly number[]) => (genome[0] === 0.5 ? -1 : 0) }],
  ])('by identity, with %s, holds what it holds by keys', (_, identity) => {
    fc.assert(
      fc.property(vectors, (genomes) => {
        const byKey = createGenotypeSet<readonly number[]>({ key: vectorKey });
        const byIdentity = createGenotypeSet<readonly number[]>({ key: vectorKey, identity });
        for (const genome of genomes) {
          expect(byIdentity.has(genome)).toBe(byKey.has(genome));
          expect(byIdentity.add(genome)).toBe(byKey.add(genome));
          expect(byIdentity.has(genome)).toBe(true);
        }
      }),
    );
  });

  it('grows', () => {
    const known = createGenotypeSet<readonly number[]>({ key: vectorKey, identity: vectorIdentity });
    for (let i = 0; i < 5_000; i += 1) expect(known.add([i, i / 3])).toBe(true);
    for (let i = 0; i < 5_000; i += 1) expect(known.has([i, i / 3])).toBe(true);
    expect(known.has([5_000, 0])).toBe(false);
  });
});

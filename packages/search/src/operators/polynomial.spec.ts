import fc from 'fast-check';
import { createRandom } from '../random.js';
import { invalidOption, seeds } from '../testing/space-laws.js';
import { polynomial } from './polynomial.js';

const vectors = fc.array(fc.double({ min: -2, max: 3, noNaN: true }), { minLength: 5, maxLength: 5 });

describe('polynomial', () => {
  it('stays within bounds, leaves the genome alone and repeats itself for the same seed', () => {
    fc.assert(
      fc.property(seeds, vectors, fc.constantFrom(0, 2.5, 20), (seed, genome, eta) => {
        const mutate = polynomial({ lower: -2, upper: [3, 3, 3, 3, 3], eta, probability: 1 });
        const before = JSON.stringify(genome);
        const mutant = mutate(genome, createRandom(seed));
        expect(mutant.every((x) => x >= -2 && x <= 3)).toBe(true);
        expect(JSON.stringify(genome)).toBe(before);
        expect(mutate(genome, createRandom(seed))).toEqual(mutant);
      }),
    );
  });

  it('changes one gene of n on average', () => {
    const random = createRandom(9);
    const genome = new Array<number>(10).fill(0.5);
    let changed = 0;
    for (let i = 0; i < 5_000; i += 1) changed += polynomial()(genome, random).filter((x) => x !== 0.5).length;
    expect(changed / 5_000).toBeCloseTo(1, 1);
  });

  it('hits every gene alike, each by itself', () => {
    const random = createRandom(3);
    const mutate = polynomial({ probability: 0.3 });
    const genome = new Array<number>(6).fill(0.5);
    const hits = new Array<number>(6).fill(0);
    let both = 0; // the first two in one
    for (let run = 0; run < 20_000; run += 1) {
      const changed = mutate(genome, random).map((gene) => (gene === 0.5 ? 0 : 1));
      changed.forEach((hit, i) => void (hits[i] = (hits[i] ?? 0) + hit));
      both += (changed[0] ?? 0) * (changed[1] ?? 0);
    }
    for (const count of hits) expect(count / 20_000).toBeCloseTo(0.3, 1);
    expect(both / 20_000).toBeCloseTo(0.09, 1);
  });

  it('is the formula of the paper', () => {
    const random = createRandom(4);
    const again = createRandom(4);
    for (let run = 0; run < 200; run += 1) {
      const [mutant = NaN] = polynomial({ lower: -1, upper: 3, eta: 10 })([0], random);
      const u = again.next();
      const delta =
        u < 0.5
          ? (2 * u + (1 - 2 * u) * 0.75 ** 11) ** (1 / 11) - 1
          : 1 - (2 * (1 - u) + (2 * u - 1) * 0.25 ** 11) ** (1 / 11);
      expect(mutant).toBeCloseTo(4 * delta, 12);
    }
  });

  it('leaves a gene that has no room', () => {
    expect(polynomial({ lower: 2, upper: 2, probability: 1 })([2, 2], createRandom(1))).toEqual([2, 2]);
  });

  it('refuses impossible options', () => {
    expect(() => polynomial({ lower: NaN })).toThrow(invalidOption('gene 0 has bounds [NaN, 1]'));
    expect(() => polynomial({ eta: NaN })).toThrow(invalidOption('eta is NaN'));
    expect(() => polynomial({ probability: 1.5 })).toThrow(invalidOption('probability is 1.5'));
  });
});

import fc from 'fast-check';
import { createRandom } from '../random.js';
import type { Space } from '../space.js';

export const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

const copyOf = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

/** What holds in every space: legal genomes only, parents untouched, the same for the same seed, exact keys, JSON and back. */
export const checkSpaceLaws = <Genome>(space: Space<Genome>, isLegal: (genome: Genome) => boolean): void => {
  const breed = (seed: number): readonly Genome[] => {
    const random = createRandom(seed);
    const parents = [space.initial(random, 0), space.initial(random, 1)] as const;
    const before = copyOf(parents);
    const children = space.crossover(...parents, random);
    const family = [...parents, ...children, ...children.map((child) => space.mutate(child, random))];
    expect(parents).toEqual(before);
    return family;
  };
  fc.assert(
    fc.property(seeds, (seed) => {
      const family = breed(seed);
      expect(family.filter((genome) => !isLegal(genome))).toEqual([]);
      expect(breed(seed)).toEqual(family);
      expect(copyOf(family)).toEqual(family);
      for (const a of family) {
        expect(space.repair?.(a)).toBe(a);
        expect(space.key?.(copyOf(a))).toBe(space.key?.(a));
        for (const b of family) {
          const alike = JSON.stringify(a) === JSON.stringify(b);
          expect(space.key?.(a) === space.key?.(b)).toBe(alike);
          if (!space.identity) continue;
          expect(space.identity.same(a, b)).toBe(alike);
          if (alike) expect(space.identity.hash(a)).toBe(space.identity.hash(copyOf(b)));
        }
      }
    }),
    { numRuns: 60 },
  );
};

/** How often each value was drawn. */
export const countsOf = <Value>(values: readonly Value[]): ReadonlyMap<Value, number> => {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

/** Matches a SearchError with `INVALID_OPTION` whose message has `part`. */
export const invalidOption = (part: string): Error =>
  expect.objectContaining({ name: 'SearchError', code: 'INVALID_OPTION', message: expect.stringContaining(part) });

import fc from 'fast-check';
import type { Example } from './dataset.js';
import { splitExamples } from './split.js';

/** A small seeded generator (mulberry32). */
const seeded = (seed: number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};
const examples = (counts: Readonly<Record<string, number>>): Example[] =>
  Object.entries(counts).flatMap(([label, count]) =>
    Array.from({ length: count }, (_, i) => ({ text: `${label} ${i}`, label })),
  );
const share = (part: readonly Example[], label: string) => part.filter((example) => example.label === label).length;

describe('splitExamples', () => {
  test('each part has the same mix of classes', () => {
    const {
      train,
      dev,
      test: held,
    } = splitExamples(examples({ a: 500, b: 300, c: 20 }), { train: 0.7, dev: 0.2, test: 0.1 }, { random: seeded(1) });
    expect([train.length, dev.length, held.length]).toEqual([574, 164, 82]);
    expect([share(train, 'a'), share(train, 'b'), share(train, 'c')]).toEqual([350, 210, 14]);
    expect([share(held, 'a'), share(held, 'b'), share(held, 'c')]).toEqual([50, 30, 2]);
  });

  test('the same numbers give the same split, others another one; parts keep the order of the file', () => {
    const all = examples({ a: 50, b: 50 });
    const split = (seed: number) => splitExamples(all, { train: 0.5, dev: 0.5 }, { random: seeded(seed) });
    expect(split(3)).toEqual(split(3));
    expect(split(3)).not.toEqual(split(4));
    expect(split(3).train).toEqual(all.filter((example) => split(3).train.includes(example)));
  });

  test('parts never share an example, and sizes and class counts are within one of their shares', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), fc.integer({ min: 1, max: 9 }), fc.integer(), (a, b, tenths, seed) => {
        const all = examples({ a, b });
        const train = tenths / 10;
        const parts = splitExamples(all, { train, dev: 1 - train }, { random: seeded(seed) });
        expect(new Set([...parts.train, ...parts.dev]).size).toBe(all.length);
        expect(parts.train.length + parts.dev.length).toBe(all.length);
        expect(Math.abs(parts.train.length - train * all.length)).toBeLessThanOrEqual(1);
        expect(Math.abs(share(parts.train, 'b') - train * b)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('shares may leave a rest; without labels nothing is stratified', () => {
    const all = Array.from({ length: 100 }, (_, i) => ({ text: String(i) }));
    expect(splitExamples(all, { sample: 0.1 }, { random: seeded(1) }).sample).toHaveLength(10);
    const scored = all.map((example, i) => ({ ...example, label: i }));
    expect(splitExamples(scored, { a: 0.5, b: 0.5 }, { random: seeded(1) }).a).toHaveLength(50);
  });

  test('refuses shares that make no sense', () => {
    expect(() => splitExamples([], { a: 0.7, b: 0.7 }, { random: seeded(1) })).toThrow(/sum to at most 1/);
    expect(() => splitExamples([], { a: -0.1 }, { random: seeded(1) })).toThrow(/positive/);
  });
});

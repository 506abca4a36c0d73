import fc from 'fast-check';
import { integerKey } from './integer-key.js';
import { vectorIdentity } from './vector-identity.js';
import { vectorKey } from './vector-key.js';

const numbers = fc.oneof(
  fc.double({ noNaN: true }),
  fc.integer({ min: -2, max: 2 }),
  fc.constantFrom(-0, 0, 5e-324, -Infinity),
);
const vectors = fc.array(numbers, { maxLength: 5 });
const equal = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((x, i) => x === b[i]);

describe('vectorKey and vectorIdentity', () => {
  it('are one for equal vectors only', () => {
    fc.assert(
      fc.property(vectors, vectors, fc.boolean(), (a, other, alike) => {
        const b = alike ? a.map((x) => (x === 0 ? -x : x)) : other;
        expect(vectorKey(a) === vectorKey(b)).toBe(equal(a, b));
        expect(vectorIdentity.same(a, b)).toBe(equal(a, b));
        if (equal(a, b)) expect(vectorIdentity.hash(a)).toBe(vectorIdentity.hash(b));
      }),
      { numRuns: 500 },
    );
  });

  it('tell vectors apart that differ in one bit, and survive UTF-8', () => {
    const bits = new BigUint64Array([0x3fb999999999999an]);
    const read = (): number => new Float64Array(bits.buffer)[0] ?? NaN;
    const original = read();
    const keys = new Set([vectorKey([original])]);
    for (let bit = 0n; bit < 64n; bit += 1n) {
      bits[0] = 0x3fb999999999999an ^ (1n << bit);
      const key = vectorKey([read()]);
      keys.add(key);
      expect(Buffer.from(key, 'utf8').toString('utf8')).toBe(key);
    }
    expect(keys.size).toBe(65);
  });

  it('take vectors of any length, one after the other', () => {
    const long = Array.from({ length: 5_000 }, (_, i) => i / 7);
    const key = vectorKey(long);
    expect(key).toHaveLength(25_000);
    expect(vectorKey([1, 2])).not.toBe(vectorKey([1, 2, 0]));
    expect(vectorKey(long)).toBe(key);
    expect(vectorKey([...long.slice(0, -1), 0])).not.toBe(key);
  });

  it('hash evenly into the low bits of a table', () => {
    const slots = new Set(Array.from({ length: 4_096 }, (_, i) => vectorIdentity.hash([i / 4_096, 0.5]) & 4_095));
    expect(slots.size).toBeGreaterThan(0.6 * 4_096); // 1 - 1/e of the slots are taken by even chance
  });
});

describe('integerKey', () => {
  const bounds = { low: Float64Array.of(-3, 100), high: Float64Array.of(9, 120) };

  it('is one character a gene, none of them a surrogate, for short ranges', () => {
    const key = integerKey(bounds);
    expect(key([-3, 120])).toBe('\u0000\u0014');
    const widest = integerKey({ low: Float64Array.of(0), high: Float64Array.of(0xd7ff) });
    expect(Buffer.from(widest([0xd7ff]), 'utf8').toString('utf8')).toBe(widest([0xd7ff]));
  });

  it('is the bits for longer ones', () => {
    expect(integerKey({ low: Float64Array.of(0), high: Float64Array.of(0xd800) })).toBe(vectorKey);
  });
});

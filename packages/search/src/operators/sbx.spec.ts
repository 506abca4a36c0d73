import fc from 'fast-check';
import { createRandom } from '../random.js';
import { invalidOption, seeds } from '../testing/space-laws.js';
import { sbx } from './sbx.js';

const vectors = fc.array(fc.double({ min: -2, max: 3, noNaN: true }), { minLength: 40, maxLength: 40 });
const mean = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;
const pairs = (eta: number, count = 20_000): number[] => {
  const random = createRandom(5);
  return Array.from({ length: count }, () => sbx({ eta })([0.4], [0.6], random)).flatMap(([[x = NaN], [y = NaN]]) => [
    x,
    y,
  ]);
};

describe('sbx', () => {
  it('keeps children within bounds, leaves parents alone and repeats itself for the same seed', () => {
    fc.assert(
      fc.property(seeds, vectors, vectors, fc.constantFrom(0, 1.5, 20), (seed, a, b, eta) => {
        const cross = sbx({ lower: -2, upper: new Array<number>(40).fill(3), eta });
        const before = JSON.stringify([a, b]);
        const children = cross(a, b, createRandom(seed));
        expect(children.flat().every((x) => x >= -2 && x <= 3)).toBe(true);
        expect(JSON.stringify([a, b])).toBe(before);
        expect(cross(a, b, createRandom(seed))).toEqual(children);
      }),
    );
  });

  it('crosses every gene with probability 1/2 and leaves the others where they are', () => {
    const [a, b] = [new Array<number>(100).fill(0.25), new Array<number>(100).fill(0.75)];
    const crossed = new Array<number>(100).fill(0);
    const random = createRandom(3);
    const cross = sbx();
    for (let run = 0; run < 2_000; run += 1) {
      const [first, second] = cross(a, b, random);
      expect(first.map((x) => x === 0.25)).toEqual(second.map((x) => x === 0.75));
      first.forEach((x, i) => void (crossed[i] = (crossed[i] ?? 0) + (x === 0.25 ? 0 : 1)));
    }
    for (const count of crossed) expect(count / 2_000).toBeCloseTo(0.5, 0.8);
    expect(mean(crossed) / 2_000).toBeCloseTo(0.5, 2);
  });

  it('gives either child the lower value equally often, and the sibling the upper one', () => {
    const random = createRandom(7);
    const crossed = Array.from({ length: 20_000 }, () => sbx()([0.4], [0.6], random).flat()).filter(([x]) => x !== 0.4);
    expect(mean(crossed.map(([x = NaN, y = NaN]) => (x < y ? 1 : 0)))).toBeCloseTo(0.5, 1.5);
    expect(mean(crossed.map(([x = NaN, y = NaN]) => x + y))).toBeCloseTo(1, 3); // the box is as far on both sides
  });

  it('spreads as the published distribution: half of the children lie between their parents, less far out for a larger eta', () => {
    const outside =
      pairs(20).filter((x) => x < 0.4 || x > 0.6).length / pairs(20).filter((x) => x !== 0.4 && x !== 0.6).length;
    expect(outside).toBeCloseTo(0.5, 1.5);
    const far = (xs: readonly number[]): number => mean(xs.map((x) => Math.min(Math.abs(x - 0.4), Math.abs(x - 0.6))));
    expect(far(pairs(2))).toBeGreaterThan(2 * far(pairs(20)));
  });

  it('is the formula of the paper', () => {
    const random = createRandom(11);
    const again = createRandom(11);
    for (let run = 0; run < 200; run += 1) {
      const [[child = NaN]] = sbx({ lower: -1, upper: 2, eta: 15 })([0.1], [0.7], random);
      const [crossed, turned] = [again.next(), again.next()].map((word) => (word * 2 ** 32) & 1);
      if (crossed === 0) {
        expect(child).toBe(0.1);
        continue;
      }
      const u = again.next();
      const beta = 1 + (2 * (turned ? 2 - 0.7 : 0.1 + 1)) / 0.6;
      const alpha = 2 - beta ** -16;
      const spread = u <= 1 / alpha ? (u * alpha) ** (1 / 16) : (1 / (2 - u * alpha)) ** (1 / 16);
      expect(child).toBeCloseTo(0.5 * (0.8 + (turned ? spread : -spread) * 0.6), 12);
    }
  });

  it('pulls parents from outside in, and takes fractional indices', () => {
    const random = createRandom(2);
    for (let run = 0; run < 100; run += 1) {
      const [[x = NaN]] = sbx({ eta: 2.5 })([-3], [4], random);
      expect(x === -3 || (x >= 0 && x <= 1)).toBe(true);
    }
  });

  it('refuses impossible boxes and indices', () => {
    expect(() => sbx({ lower: 1, upper: 0 })).toThrow(
      invalidOption('[1, 0]: expected finite numbers, lower <= upper. Swap them.'),
    );
    expect(() => sbx({ upper: [1, Infinity] })).toThrow(invalidOption('gene 1'));
    expect(() => sbx({ lower: [0, 0], upper: [1] })).toThrow(invalidOption('[0, undefined]'));
    expect(() => sbx({ eta: -1 })).toThrow(invalidOption('eta is -1'));
    expect(() => sbx({ upper: [1, 1] })([0, 0, 0], [1, 1, 1], createRandom(1))).toThrow(invalidOption('gene 2'));
  });
});

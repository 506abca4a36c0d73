import fc from 'fast-check';
import { scaleFor } from './scale.js';

const texts = (values: readonly number[], wanted = 5) =>
  scaleFor(values, [0, 100], wanted).ticks.map(({ text }) => text);

describe('scale', () => {
  it('has round numbers with as many decimals as they need', () => {
    expect(texts([0, 1])).toEqual(['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']);
    expect(texts([-3, 12])).toEqual(['0', '5', '10']);
    expect(texts([0.8812, 0.8839])).toEqual(['0.8815', '0.8820', '0.8825', '0.8830', '0.8835', '0.8840']);
    expect(texts([-0.5, 0.5])).toEqual(['−0.4', '−0.2', '0.0', '0.2', '0.4']);
  });

  it('takes thousands and thousandths out of its numbers', () => {
    const { ticks, factor } = scaleFor([0, 4e6], [0, 100], 4);
    expect([ticks.map(({ text }) => text), factor]).toEqual([['0', '1', '2', '3', '4'], '×10⁶']);
    expect(scaleFor([0, 2e-4], [0, 100], 4).factor).toBe('×10⁻⁶');
    expect(scaleFor([0, 99_000], [0, 100], 4).factor).toBe('');
  });

  it('shows every value, none at its very ends, and ticks inside at distances that differ by a rounding only', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1 }), (values) => {
        const scale = scaleFor(values, [300, 20], 6);
        for (const value of values) {
          expect(scale.has(value)).toBe(true);
          expect(scale.at(value)).toBeGreaterThan(20);
          expect(scale.at(value)).toBeLessThan(300);
        }
        expect(scale.ticks.length).toBeGreaterThanOrEqual(2);
        expect(scale.ticks.length).toBeLessThanOrEqual(14);
        expect(new Set(scale.ticks.map(({ text }) => text)).size).toBe(scale.ticks.length);
      }),
    );
  });

  it('of one value, or of none, is one all the same', () => {
    expect(texts([5])).toContain('5.0');
    expect(texts([0])).toContain('0.0');
    expect(texts([])).toEqual(texts([0, 1]));
  });
});

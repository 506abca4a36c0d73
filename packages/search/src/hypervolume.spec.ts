import fc from 'fast-check';
import { SearchError, hypervolume, paretoFront } from './index.js';
import { pointSets } from './testing/points.js';

const directions = { cost: 'minimize', loss: 'minimize' } as const;
const named = (points: readonly (readonly number[])[]) => points.map(([cost = 0, loss = 0]) => ({ cost, loss }));
const measure = (points: readonly (readonly number[])[], corner = 7): number =>
  hypervolume(named(points), { cost: corner, loss: corner }, directions);

describe('hypervolume', () => {
  it('is the area of a staircase', () => {
    expect(measure([[1, 3], [2, 1]], 4)).toBe(3 * 1 + 2 * 2);
    expect(measure([])).toBe(0);
    expect(measure([[7, 0]])).toBe(0);
  });

  it('counts grid cells right', () => {
    fc.assert(
      fc.property(pointSets(2), (points) => {
        let cells = 0;
        for (let x = 0; x < 7; x += 1) {
          for (let y = 0; y < 7; y += 1) if (points.some(([a = 0, b = 0]) => a <= x && b <= y)) cells += 1;
        }
        expect(measure(points)).toBe(cells);
      }),
    );
  });

  it('never shrinks when a point is added and ignores order and dominated points', () => {
    fc.assert(
      fc.property(pointSets(2), pointSets(2), (points, more) => {
        const both = [...points, ...more];
        expect(measure(both)).toBeGreaterThanOrEqual(measure(points));
        expect(measure([...both].reverse())).toBe(measure(both));
        const front = paretoFront(named(both), directions);
        expect(hypervolume(front, { cost: 7, loss: 7 }, directions)).toBe(measure(both));
      }),
    );
  });

  it('follows the directions', () => {
    const upward = { cost: 'minimize', score: 'maximize' } as const;
    expect(hypervolume([{ cost: 1, score: 2 }], { cost: 3, score: 0 }, upward)).toBe(4);
  });

  it('is the known value on the front of ZDT1', () => {
    const front = Array.from({ length: 100_001 }, (_, i) => [i / 100_000, 1 - Math.sqrt(i / 100_000)]);
    expect(measure(front, 1)).toBeCloseTo(2 / 3, 4);
    expect(measure(front, 1.1)).toBeCloseTo(0.876667, 4);
  });

  it('refuses other than two objectives', () => {
    expect(() => hypervolume([{ a: 1 }], { a: 2 }, { a: 'minimize' })).toThrow(SearchError);
  });
});

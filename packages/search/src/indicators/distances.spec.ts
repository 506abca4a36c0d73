import fc from 'fast-check';
import { paretoFront } from '../pareto.js';
import { pointSets } from '../testing/points.js';
import { gd, igd, igdPlus } from './distances.js';

const down = { a: 'minimize', b: 'minimize', c: 'minimize' } as const;
const named = (points: readonly (readonly number[])[]) => points.map(([a = 0, b = 0, c = 0]) => ({ a, b, c }));
const sets = pointSets(3).map(named);

describe('distances to a reference front', () => {
  const line = [0, 1, 2].map((a) => ({ a, b: 2 - a, c: 0 }));

  it('are known for one point', () => {
    const point = [{ a: 2, b: 3, c: 0 }]; // (2, 1), (1, 2), (0, 3) from the members of the line
    expect(gd(point, line, down)).toBe(Math.sqrt(1 + 4));
    expect(igd(point, line, down)).toBeCloseTo((Math.sqrt(5) + Math.sqrt(5) + 3) / 3, 12);
    expect(igdPlus([{ a: 1, b: 1.5, c: 0 }], line, down)).toBeCloseTo((1 + 0.5 + 1.5) / 3, 12);
  });

  it('are 0 of the front itself, whichever way its objectives go', () => {
    fc.assert(
      fc.property(sets, (points) => {
        for (const distance of [gd, igd, igdPlus]) expect(distance(points, points, { ...down, b: 'maximize' })).toBe(0);
      }),
    );
  });

  it('do not depend on order; gd and igd change places with their arguments', () => {
    fc.assert(
      fc.property(sets, sets, (points, front) => {
        for (const distance of [gd, igd, igdPlus]) {
          expect(distance([...points].reverse(), [...front].reverse(), down)).toBeCloseTo(
            distance(points, front, down),
            10,
          );
        }
        expect(gd(points, front, down)).toBe(igd(front, points, down));
        expect(igdPlus(points, front, down)).toBeLessThanOrEqual(igd(points, front, down) + 1e-12);
      }),
    );
  });

  it('igdPlus never prefers a set to one that dominates it', () => {
    fc.assert(
      fc.property(sets, sets, sets, (points, more, front) => {
        const better = paretoFront([...points, ...more], down);
        expect(igdPlus(better, front, down)).toBeLessThanOrEqual(igdPlus(points, front, down) + 1e-12);
      }),
    );
  });

  it('are infinite for no points and refuse a missing reference', () => {
    for (const distance of [gd, igd, igdPlus]) {
      expect(distance([], line, down)).toBe(Infinity);
      expect(() => distance(line, [], down)).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining('empty') }),
      );
      expect(() => distance(line, [{ a: 1, b: NaN, c: 0 }], down)).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION' }),
      );
      expect(() => distance([{ a: 1, b: NaN, c: 0 }], line, down)).toThrow(
        expect.objectContaining({ code: 'INVALID_OBJECTIVES' }),
      );
    }
  });
});

import fc from 'fast-check';
import { pointSets, rowsOf } from './testing/points.js';
import { orderBy, rowOrder } from './row-order.js';

describe('order of rows', () => {
  it('is that of a stable sort of the platform', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 300 }), (keys) => {
        const expected = [...keys.keys()].sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
        expect(Array.from(orderBy(Float64Array.from(keys)))).toEqual(expected);
      }),
    );
  });

  it('is by one objective first, then by all in turn, then as they came', () => {
    fc.assert(
      fc.property(pointSets(3, 2), fc.integer({ min: 0, max: 2 }), (points, objective) => {
        const keyOf = (row: number): number[] => [points[row]?.[objective] ?? 0, ...(points[row] ?? []), row];
        const order = Array.from(rowOrder(rowsOf(points), 3, objective));
        expect(order).toHaveLength(points.length);
        for (const [i, row] of order.slice(1).entries()) {
          const [before, after] = [keyOf(order[i] ?? 0), keyOf(row)];
          const at = before.findIndex((value, m) => value !== after[m]);
          expect(before[at]).toBeLessThan(after[at] ?? -Infinity);
        }
      }),
    );
  });

  it('has no rows of none, infinite keys at the ends', () => {
    expect(orderBy(new Float64Array(0))).toHaveLength(0);
    expect(Array.from(orderBy(Float64Array.of(Infinity, 1, -Infinity, Infinity)))).toEqual([2, 1, 0, 3]);
  });
});

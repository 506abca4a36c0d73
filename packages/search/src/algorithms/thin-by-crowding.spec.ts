import fc from 'fast-check';
import { crowdingDistance } from '../crowding-distance.js';
import { pointSets, rowsOf } from '../testing/points.js';
import { thinByCrowding } from './thin-by-crowding.js';

const all = (points: readonly unknown[]): Uint32Array => Uint32Array.from(points.keys());

describe('thinning by crowding', () => {
  it('leaves evenly spread points where half of a crowd must go', () => {
    const crowd = Array.from({ length: 21 }, (_, i) => [i / 20, 1 - i / 20]);
    const left = Array.from(thinByCrowding(rowsOf(crowd), 2, all(crowd), 11));
    const gaps = left.slice(1).map((row, i) => row - (left[i] ?? 0));
    expect([left[0], left.at(-1)]).toEqual([0, 20]);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(3);
  });

  it('keeps as many as asked, in order, and no end of an objective goes while another member is left', () => {
    fc.assert(
      fc.property(pointSets(3, 9), fc.nat({ max: 40 }), (points, wanted) => {
        const values = rowsOf(points);
        const room = Math.min(wanted, points.length);
        const left = Array.from(thinByCrowding(values, 3, all(points), room));
        expect(left).toHaveLength(room);
        expect(left).toEqual([...left].sort((a, b) => a - b));
        const distances = crowdingDistance(values, 3, all(points));
        const gone = [...points.keys()].filter((row) => !left.includes(row));
        const ends = (rows: readonly number[]): number => rows.filter((row) => distances[row] === Infinity).length;
        if (ends(gone) > 0) expect(ends(left)).toBe(left.length);
      }),
    );
  });

  it('takes out first whom one look would take out first', () => {
    fc.assert(
      fc.property(pointSets(2, 30), (points) => {
        fc.pre(points.length > 1);
        const values = rowsOf(points);
        const left = new Set(thinByCrowding(values, 2, all(points), points.length - 1));
        const distances = crowdingDistance(values, 2, all(points));
        const [gone = -1] = [...points.keys()].filter((row) => !left.has(row));
        expect(distances[gone]).toBeCloseTo(Math.min(...distances), 12);
      }),
    );
  });
});

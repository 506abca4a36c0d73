import fc from 'fast-check';
import { naiveDominates, pointSets, rowsOf } from '../testing/points.js';
import { constrainedSort, fillFromFronts, pickRows } from './constrained-sort.js';

/** Points, each with a violation of which many are 0. */
const constrainedSets = pointSets(3, 4).chain((points) =>
  fc.record({
    points: fc.constant(points),
    violations: fc.array(fc.constantFrom(0, 0, 0, 1, 2), { minLength: points.length, maxLength: points.length }),
  }),
);

/** Constrained domination as defined: feasible before infeasible, then the smaller violation, then domination. */
const beats = (a: readonly number[], violationA: number, b: readonly number[], violationB: number): boolean =>
  violationA !== violationB ? violationA < violationB : violationA === 0 && naiveDominates(a, b);

describe('sorting under constrained domination', () => {
  it('front k is what remains unbeaten when the fronts before it are gone', () => {
    fc.assert(
      fc.property(constrainedSets, ({ points, violations }) => {
        const { ranks, fronts } = constrainedSort({
          values: rowsOf(points),
          objectives: 3,
          violations: Float64Array.from(violations),
        });
        const beaten = (i: number, by: number): boolean =>
          beats(points[by] ?? [], violations[by] ?? 0, points[i] ?? [], violations[i] ?? 0);
        expect(fronts.flatMap((front) => Array.from(front)).sort((a, b) => a - b)).toEqual([...points.keys()]);
        for (const i of points.keys()) {
          const rank = ranks[i] ?? -1;
          expect(Array.from(fronts[rank] ?? [])).toContain(i);
          const unbeaten = (level: number): boolean =>
            ![...points.keys()].some((by) => (ranks[by] ?? 0) >= level && beaten(i, by));
          expect(unbeaten(rank)).toBe(true);
          if (rank > 0) expect(unbeaten(rank - 1)).toBe(false);
        }
      }),
    );
  });
});

describe('filling from fronts', () => {
  const fronts = [[4, 1], [0, 2, 5], [3]].map((front) => Uint32Array.from(front));

  it.each([
    [0, []],
    [2, [4, 1]],
    [4, [4, 1, 0, 2]],
    [9, [4, 1, 0, 2, 5, 3]],
  ])('keeps %d: whole fronts, then as much as there is room for', (keep, expected) => {
    expect(Array.from(fillFromFronts(fronts, keep, (front, room) => front.subarray(0, room)))).toEqual(expected);
  });

  it('picks rows with their violations', () => {
    const rows = {
      values: rowsOf([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
      objectives: 2,
      violations: Float64Array.of(0, 7, 8),
    };
    expect(pickRows(rows, Uint32Array.of(2, 0))).toEqual({
      values: rowsOf([
        [5, 6],
        [1, 2],
      ]),
      objectives: 2,
      violations: Float64Array.of(8, 0),
    });
  });
});

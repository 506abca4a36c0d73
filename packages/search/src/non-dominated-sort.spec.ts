import fc from 'fast-check';
import { nonDominatedSort } from './index.js';
import { naiveRanks, pointSets, rowsOf } from './testing/points.js';

describe.each([1, 2, 3, 5])('non-dominated sort of %i objectives', (objectives) => {
  it('gives the ranks of naive peeling, ties and duplicates included', () => {
    fc.assert(
      fc.property(pointSets(objectives, objectives > 2 ? 3 : 6), (points) => {
        expect(Array.from(nonDominatedSort(rowsOf(points), objectives).ranks)).toEqual(naiveRanks(points));
      }),
      { numRuns: 300 },
    );
  });

  it('partitions the set into fronts that agree with the ranks', () => {
    fc.assert(
      fc.property(pointSets(objectives), (points) => {
        const { ranks, fronts } = nonDominatedSort(rowsOf(points), objectives);
        expect(fronts.flatMap((front) => [...front]).sort((a, b) => a - b)).toEqual([...points.keys()]);
        fronts.forEach((front, k) => {
          expect(front.length).toBeGreaterThan(0);
          expect(front.every((point) => ranks[point] === k)).toBe(true);
        });
      }),
    );
  });

  it('does not depend on the order of the points', () => {
    fc.assert(
      fc.property(pointSets(objectives), fc.infiniteStream(fc.nat()), (points, keys) => {
        const order = points.map((_, i) => ({ i, key: keys.next().value ?? 0 })).sort((a, b) => a.key - b.key);
        const shuffled = order.map(({ i }) => points[i] ?? []);
        const { ranks } = nonDominatedSort(rowsOf(points), objectives);
        const { ranks: again } = nonDominatedSort(rowsOf(shuffled), objectives);
        expect(Array.from(again)).toEqual(order.map(({ i }) => ranks[i]));
      }),
    );
  });
});

describe('non-dominated sort', () => {
  it('sorts nothing into no fronts', () => {
    expect(nonDominatedSort(new Float64Array(0), 2).fronts).toEqual([]);
  });

  it('puts equal points on one front', () => {
    expect([...nonDominatedSort(new Float64Array([1, 1, 1, 1, 2, 2]), 2).ranks]).toEqual([0, 0, 1]);
  });
});

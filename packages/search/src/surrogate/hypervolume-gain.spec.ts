import fc from 'fast-check';
import { hypervolumeBelow } from '../indicators/hypervolume.js';
import { pointSets } from '../testing/points.js';
import { gainOf, pickByGain } from './hypervolume-gain.js';

describe.each([2, 3])('hypervolume gain of %i objectives', (objectives) => {
  const reference = new Float64Array(objectives).fill(7);

  it('is the volume with the point less the one without', () => {
    fc.assert(
      fc.property(pointSets(objectives, 8), ([point = [], ...front]) => {
        const rows = Float64Array.from(front.flat());
        const both = Float64Array.from([...front, point].flat());
        const gain = hypervolumeBelow(both, reference) - hypervolumeBelow(rows, reference);
        expect(gainOf(Float64Array.from(point), rows, reference)).toBeCloseTo(gain, 9);
      }),
    );
  });

  it('a batch is what greed without bounds picks, sample by sample', () => {
    fc.assert(
      fc.property(
        pointSets(objectives, 6).filter((points) => points.length >= 6),
        fc.integer({ min: 0, max: 2 }),
        (points, measured) => {
          const half = Math.floor(points.length / 2); // two samples of half as many points
          const values = Float64Array.from(points.slice(0, 2 * half).flat());
          const picked = pickByGain({ count: 2, objectives, points: half, values }, { measured, size: 3, reference });
          const fronts = [0, 1].map((s) => points.slice(s * half, s * half + measured));
          const volume = (front: readonly (readonly number[])[]): number =>
            hypervolumeBelow(Float64Array.from(front.flat()), reference);
          picked.picked.forEach((_, n) => {
            const before = fronts.map((front) => front.map((row) => [...row]));
            const gains = Array.from({ length: half }, (_, i) =>
              i < measured || picked.picked.slice(0, n).includes(i)
                ? -1
                : [0, 1].reduce(
                    (sum, s) =>
                      sum + volume([...(before[s] ?? []), points[s * half + i] ?? []]) - volume(before[s] ?? []),
                    0,
                  ) / 2,
            );
            const best = picked.picked[n] ?? -1;
            expect(gains[best]).toBeCloseTo(Math.max(...gains), 9);
            expect(picked.gains[n]).toBeCloseTo(gains[best] ?? NaN, 9);
            fronts.forEach((front, s) => front.push(points[s * half + best] ?? []));
          });
          expect(new Set(picked.picked).size).toBe(picked.picked.length);
        },
      ),
    );
  });

  it('a point that breaks a constraint gains nothing', () => {
    expect(gainOf(new Float64Array(objectives).fill(Infinity), new Float64Array(0), reference)).toBe(0);
  });
});

import fc from 'fast-check';
import { spread } from './spread.js';

const down = { x: 'minimize', y: 'minimize' } as const;
const onLine = (xs: readonly number[]) => xs.map((x) => ({ x, y: 10 - x }));
const front = onLine([0, 5, 10]);

describe('spread of two objectives', () => {
  it('is 0 of equal gaps from end to end', () => {
    expect(spread(onLine([0, 2.5, 5, 7.5, 10]), front, down)).toBeCloseTo(0, 12);
    expect(spread(onLine([10]), onLine([10]), down)).toBe(0);
  });

  it("is Deb's Delta", () => {
    // In units of sqrt(2): ends missing by 1 and 2, gaps 1, 2 and 4, mean 7/3.
    const uneven = Math.abs(1 - 7 / 3) + Math.abs(2 - 7 / 3) + Math.abs(4 - 7 / 3);
    expect(spread(onLine([1, 2, 4, 8]), front, down)).toBeCloseTo((3 + uneven) / (3 + 7), 12);
  });

  it('is 1 of one point, Infinity of none', () => {
    expect(spread(onLine([3]), front, down)).toBe(1);
    expect(spread([], front, down)).toBe(Infinity);
  });
});

describe('spread of three objectives', () => {
  const directions = { x: 'minimize', y: 'minimize', z: 'maximize' } as const;
  const corners = [
    { x: 1, y: 0, z: 0 },
    { x: 0, y: 1, z: 0 },
    { x: 0, y: 0, z: -1 },
  ];

  it('is 0 where every point is as far from its neighbour as any other, and all corners are there', () => {
    expect(spread(corners, corners, directions)).toBeCloseTo(0, 12);
  });

  it('counts missing corners and uneven gaps', () => {
    // Missing: the second corner, 0.5 away from (0.5, 0.5, 0) in each coordinate. Gaps: 0.5 sqrt(2) twice, sqrt(1.5) once.
    const points = [
      { x: 1, y: 0, z: 0 },
      { x: 0.5, y: 0.5, z: 0 },
      { x: 0, y: 0, z: -1 },
    ];
    const [missing, near, far] = [Math.SQRT1_2, Math.SQRT1_2, Math.sqrt(1.5)];
    const average = (2 * near + far) / 3;
    expect(spread(points, corners, directions)).toBeCloseTo(
      (missing + 2 * (average - near) + (far - average)) / (missing + 3 * average),
      12,
    );
  });

  it('is 1 of one point and does not depend on order', () => {
    expect(spread(corners.slice(0, 1), corners, directions)).toBe(1);
    const sets = fc.array(fc.record({ x: fc.nat(9), y: fc.nat(9), z: fc.nat(9) }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(sets, (points) =>
        expect(spread([...points].reverse(), corners, directions)).toBeCloseTo(spread(points, corners, directions), 10),
      ),
    );
  });
});

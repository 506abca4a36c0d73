import fc from 'fast-check';
import type { Objectives } from '../index.js';
import { paretoFront } from '../pareto.js';
import { pointSets, rowsOf } from '../testing/points.js';
import { hypervolume, hypervolumeBelow } from './hypervolume.js';

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const named = (points: readonly (readonly number[])[]): Objectives[] =>
  points.map((point) => Object.fromEntries(point.map((value, m) => [names[m] ?? '', value])));
const allDown = (objectives: number) =>
  Object.fromEntries(names.slice(0, objectives).map((name) => [name, 'minimize' as const]));
const measure = (points: readonly (readonly number[])[], objectives: number, corner: number): number =>
  hypervolumeBelow(rowsOf(points), new Float64Array(objectives).fill(corner));

/** How many unit cells of [0, corner)^M a set on the integer grid dominates. */
const cellsBelow = (points: readonly (readonly number[])[], objectives: number, corner: number): number => {
  let cells = 0;
  for (let cell = 0; cell < corner ** objectives; cell += 1) {
    if (points.some((point) => point.every((value, m) => value <= Math.floor(cell / corner ** m) % corner))) cells += 1;
  }
  return cells;
};

/** Volume of the union of boxes, term by term: exponential, and true by its definition. */
const byInclusionExclusion = (points: readonly (readonly number[])[], corner: number): number => {
  let volume = 0;
  for (let subset = 1; subset < 2 ** points.length; subset += 1) {
    const members = points.filter((_, i) => (subset >> i) & 1);
    const box = (members[0] ?? []).map((_, m) =>
      Math.max(0, corner - Math.max(...members.map((point) => point[m] ?? NaN))),
    );
    volume += (members.length % 2 === 1 ? 1 : -1) * box.reduce((product, side) => product * side, 1);
  }
  return volume;
};

const fewPoints = (objectives: number) =>
  fc.array(fc.array(fc.double({ min: 0, max: 1.2, noNaN: true }), { minLength: objectives, maxLength: objectives }), {
    minLength: 1,
    maxLength: 7,
  });

describe.each([1, 2, 3, 4, 5, 6])('hypervolume of %i objectives', (objectives) => {
  const corner = objectives > 5 ? 3 : objectives > 3 ? 4 : 6;
  const sets = pointSets(objectives, corner);
  const size = { minLength: objectives, maxLength: objectives };

  it('counts grid cells right', () => {
    fc.assert(
      fc.property(sets, (points) =>
        expect(measure(points, objectives, corner)).toBe(cellsBelow(points, objectives, corner)),
      ),
    );
  });

  it('equals inclusion and exclusion', () => {
    fc.assert(
      fc.property(fewPoints(objectives), (points) =>
        expect(measure(points, objectives, 1)).toBeCloseTo(byInclusionExclusion(points, 1), 10),
      ),
    );
  });

  it('never shrinks when points are added, and ignores order, duplicates and dominated points', () => {
    fc.assert(
      fc.property(sets, sets, (points, more) => {
        const both = [...points, ...more];
        const volume = measure(both, objectives, corner);
        expect(volume).toBeGreaterThanOrEqual(measure(points, objectives, corner));
        expect(measure([...both].reverse(), objectives, corner)).toBe(volume);
        expect(measure([...both, ...points], objectives, corner)).toBe(volume);
        const front = paretoFront(named(both), allDown(objectives));
        expect(
          hypervolume(front, named([new Array<number>(objectives).fill(corner)])[0] ?? {}, allDown(objectives)),
        ).toBe(volume);
      }),
    );
  });

  it('does not depend on the order of real numbers either, to the last bit', () => {
    fc.assert(
      fc.property(fewPoints(objectives), (points) =>
        expect(measure([...points].reverse(), objectives, 1)).toBe(measure(points, objectives, 1)),
      ),
    );
  });

  it('is that of one objective more in which all are equal: the methods agree', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), size), { maxLength: 60 }), (points) => {
        const lifted = points.map((point) => [...point, 0]);
        expect(measure(lifted, objectives + 1, 1)).toBeCloseTo(measure(points, objectives, 1), 10);
        const other = points.map((point) => [0, ...point]);
        expect(measure(other, objectives + 1, 1)).toBeCloseTo(measure(points, objectives, 1), 10);
      }),
      { numRuns: 50 },
    );
  });
});

describe('hypervolume', () => {
  const directions = { cost: 'minimize', loss: 'minimize' } as const;

  it('is the area of a staircase', () => {
    expect(
      measure(
        [
          [1, 3],
          [2, 1],
        ],
        2,
        4,
      ),
    ).toBe(3 * 1 + 2 * 2);
    expect(hypervolume([], { cost: 7, loss: 7 }, directions)).toBe(0);
    expect(hypervolume([{ cost: 7, loss: 0 }], { cost: 7, loss: 7 }, directions)).toBe(0);
  });

  it('follows the directions', () => {
    const upward = { cost: 'minimize', score: 'maximize' } as const;
    expect(hypervolume([{ cost: 1, score: 2 }], { cost: 3, score: 0 }, upward)).toBe(4);
  });

  it('is the known value on the front of ZDT1', () => {
    const front = Array.from({ length: 100_001 }, (_, i) => [i / 100_000, 1 - Math.sqrt(i / 100_000)]);
    expect(measure(front, 2, 1)).toBeCloseTo(2 / 3, 4);
    expect(measure(front, 2, 1.1)).toBeCloseTo(0.876667, 4);
  });

  it('refuses what is no finite number, and says where', () => {
    const point = { cost: 1, loss: 1 };
    const refused = (code: string, text: string) =>
      expect.objectContaining({ code, message: expect.stringContaining(text) });
    expect(() => hypervolume([{ ...point, loss: NaN }], point, directions)).toThrow(
      refused('INVALID_OBJECTIVES', 'loss = NaN'),
    );
    expect(() => hypervolume([{ cost: 1 } as typeof point], point, directions)).toThrow(
      refused('INVALID_OBJECTIVES', 'loss = undefined'),
    );
    expect(() => hypervolume([point], { cost: 2 } as typeof point, directions)).toThrow(
      refused('INVALID_OPTION', 'the reference has loss = undefined'),
    );
  });
});

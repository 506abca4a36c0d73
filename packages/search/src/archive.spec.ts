import fc from 'fast-check';
import { createArchive } from './archive.js';
import { dominates, type Objectives } from './dominance.js';
import { paretoFront } from './pareto.js';
import { pointSets } from './testing/points.js';

const names = ['a', 'b', 'c', 'd'];
const solutionsOf = (points: readonly (readonly number[])[]) =>
  points.map((point, id) => ({ id, objectives: Object.fromEntries(point.map((value, m) => [names[m] ?? '', value])) }));
/** Some up, some down. */
const directionsOf = (objectives: number) =>
  Object.fromEntries(
    names.slice(0, objectives).map((name, m) => [name, m % 2 === 0 ? ('minimize' as const) : ('maximize' as const)]),
  );

type Solution = ReturnType<typeof solutionsOf>[number];
interface Priced {
  readonly objectives: Objectives<'cost' | 'score'>;
  readonly violation?: number;
}

describe.each([1, 2, 3, 4])('an archive of %i objectives', (objectives) => {
  const directions = directionsOf(objectives);
  const sets = pointSets(objectives, 9).map(solutionsOf);

  it('is the Pareto front of all that was added, whatever the order', () => {
    fc.assert(
      fc.property(sets, (solutions) => {
        const archive = createArchive<Solution>(directions);
        const backward = createArchive<Solution>(directions);
        for (const solution of solutions) archive.add(solution);
        for (const solution of [...solutions].reverse()) backward.add(solution);
        const front = paretoFront(solutions, directions, { objectives: (solution) => solution.objectives });
        expect(archive.front()).toEqual(front);
        expect(archive.size).toBe(front.length);
        expect(backward.front().map((solution) => solution.objectives)).toEqual(
          front.map((solution) => solution.objectives),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('tells who stays', () => {
    fc.assert(
      fc.property(sets, (solutions) => {
        const archive = createArchive<Solution>(directions);
        for (const solution of solutions) {
          const before = archive.front();
          const isAsGood = (member: Solution): boolean =>
            dominates(member.objectives, solution.objectives, directions) ||
            names.every((name) => member.objectives[name] === solution.objectives[name]);
          const stays = !before.some(isAsGood);
          expect(archive.add(solution)).toBe(stays);
          expect(archive.front().includes(solution)).toBe(stays);
        }
      }),
    );
  });

  it('holds no more than its capacity, and nothing that another member dominates', () => {
    fc.assert(
      fc.property(sets, fc.integer({ min: 1, max: 5 }), (solutions, capacity) => {
        const archive = createArchive<Solution>(directions, { capacity });
        for (const solution of solutions) {
          expect(archive.add(solution)).toBe(archive.front().includes(solution));
          expect(archive.size).toBeLessThanOrEqual(capacity);
        }
        expect(paretoFront(archive.front(), directions, { objectives: (solution) => solution.objectives })).toEqual(
          archive.front(),
        );
      }),
    );
  });
});

describe('an archive', () => {
  const directions = { cost: 'minimize', score: 'maximize' } as const;

  it('with a capacity lets the most crowded go', () => {
    const archive = createArchive<Priced>(directions, { capacity: 4 });
    for (const cost of [0, 10, 4, 5, 8]) archive.add({ objectives: { cost, score: cost } });
    expect(archive.front().map(({ objectives }) => objectives.cost)).toEqual([0, 4, 8, 10]);
    expect(archive.add({ objectives: { cost: 9, score: 9 } })).toBe(false);
  });

  it('takes nothing in that breaks a constraint', () => {
    const archive = createArchive<Priced>(directions);
    expect(archive.add({ objectives: { cost: 1, score: 1 }, violation: 0.1 })).toBe(false);
    expect(archive.add({ objectives: { cost: 2, score: 1 }, violation: 0 })).toBe(true);
    expect(archive.size).toBe(1);
  });

  it('hands out its front for good: later additions do not change it', () => {
    const archive = createArchive<Priced>(directions);
    archive.add({ objectives: { cost: 1, score: 1 } });
    const front = archive.front();
    archive.add({ objectives: { cost: 0, score: 2 } });
    expect(front).toEqual([{ objectives: { cost: 1, score: 1 } }]);
  });

  it('grows to thousands', () => {
    const archive = createArchive<Priced>(directions);
    for (let i = 0; i < 5_000; i += 1)
      archive.add({ objectives: { cost: (i * 1_999) % 5_000, score: (i * 1_999) % 5_000 } });
    expect(archive.front().map(({ objectives }) => objectives.cost)).toEqual([...new Array(5_000).keys()]);
  });

  it('refuses a bad capacity and values that are not finite', () => {
    for (const capacity of [0, 1.5, NaN])
      expect(() => createArchive<Priced>(directions, { capacity })).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION' }),
      );
    expect(() => createArchive<Priced>(directions).add({ objectives: { cost: NaN, score: 1 } })).toThrow(
      expect.objectContaining({ code: 'INVALID_OBJECTIVES' }),
    );
  });
});

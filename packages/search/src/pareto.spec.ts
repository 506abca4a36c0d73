import fc from 'fast-check';
import { dominates, paretoFront } from './index.js';
import { naiveDominates, pointSets } from './testing/points.js';

const directions = { cost: 'minimize', score: 'maximize' } as const;

describe('dominates', () => {
  it('needs to be nowhere worse and somewhere better, as the directions say', () => {
    expect(dominates({ cost: 1, score: 9 }, { cost: 2, score: 9 }, directions)).toBe(true);
    expect(dominates({ cost: 1, score: 8 }, { cost: 2, score: 9 }, directions)).toBe(false);
    expect(dominates({ cost: 1, score: 9 }, { cost: 1, score: 9 }, directions)).toBe(false);
  });

  it('refuses what is no number, and a direction that is none', () => {
    const point = { cost: 1, score: 9 };
    expect(() => dominates(point, { cost: NaN, score: 9 }, directions)).toThrow(
      expect.objectContaining({ code: 'INVALID_OBJECTIVES' }),
    );
    expect(() => dominates(point, point, { cost: 'minimize', score: 'maximise' as never })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: "the direction of \"score\" is maximise: expected 'minimize' or 'maximize'.",
      }),
    );
  });
});

describe('paretoFront', () => {
  it('keeps what nothing dominates, best first objective first, other fields untouched', () => {
    const points = [
      { name: 'slow', cost: 3, score: 9 },
      { name: 'beaten', cost: 2, score: 4 },
      { name: 'quick', cost: 1, score: 5 },
      { name: 'copy', cost: 1, score: 5 },
    ];
    expect(paretoFront(points, directions).map(({ name }) => name)).toEqual(['quick', 'slow']);
  });

  it('drops a dearer point of equal score and an end point that is dominated', () => {
    const points = [
      { cost: 1, score: 5 },
      { cost: 2, score: 5 },
      { cost: 9, score: 4 },
    ];
    expect(paretoFront(points, directions)).toEqual([{ cost: 1, score: 5 }]);
  });

  it('reads objectives from wherever they are', () => {
    const items = [
      { id: 1, at: [2, 1] },
      { id: 2, at: [1, 2] },
      { id: 3, at: [3, 3] },
    ];
    const front = paretoFront(
      items,
      { x: 'minimize', y: 'minimize' },
      {
        objectives: ({ at: [x = 0, y = 0] }) => ({ x, y }),
      },
    );
    expect(front.map(({ id }) => id)).toEqual([2, 1]);
  });

  it('is exactly the distinct vectors that naive search finds, in any order of input', () => {
    fc.assert(
      fc.property(pointSets(3, 4), (points) => {
        const named = points.map(([a = 0, b = 0, c = 0]) => ({ a, b, c }));
        const all = { a: 'minimize', b: 'minimize', c: 'minimize' } as const;
        const expected = new Set(points.filter((p) => !points.some((q) => naiveDominates(q, p))).map(String));
        const front = paretoFront(named, all);
        expect(new Set(front.map(({ a, b, c }) => String([a, b, c])))).toEqual(expected);
        expect(front).toHaveLength(expected.size);
        expect(paretoFront([...named].reverse(), all)).toEqual(front);
      }),
    );
  });

  it('refuses a point without a number, which would hide others that nothing dominates', () => {
    const points = [{ cost: 1, score: 5 }, { cost: 2, score: NaN }, { cost: 2 } as never, { cost: 0, score: 4 }];
    for (const bad of [points.slice(0, 2), points.slice(2)])
      expect(() => paretoFront(bad, directions)).toThrow(
        expect.objectContaining({
          code: 'INVALID_OBJECTIVES',
          message: expect.stringMatching(/^a point has score = (NaN|undefined) in \{"cost":2.*: expected a number/),
        }),
      );
    expect(
      paretoFront(
        [
          { cost: 0, score: -Infinity },
          { cost: Infinity, score: 1 },
        ],
        directions,
      ),
    ).toHaveLength(2);
  });

  it('of nothing is nothing', () => {
    expect(paretoFront([], directions)).toEqual([]);
  });
});

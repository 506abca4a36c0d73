import fc from 'fast-check';
import { bestUnder, cheapestWith, knee } from './choice.js';
import { paretoFront } from './pareto.js';
import { pointSets } from './testing/points.js';

const directions = { cost: 'minimize', score: 'maximize' } as const;
const solution = (cost: number, score: number, violation = 0) => ({ objectives: { cost, score }, violation });
const front = [solution(1, 2), solution(2, 6), solution(4, 7), solution(9, 8)];
const invalid = (text: string) =>
  expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(text) });

describe('cheapestWith', () => {
  it('is the cheapest that is good enough, or nothing', () => {
    expect(cheapestWith(front, { minimize: 'cost', where: { score: { atLeast: 6 } } })).toBe(front[1]);
    expect(cheapestWith(front, { minimize: 'cost', where: { score: { atLeast: 6.5, atMost: 7.5 } } })).toBe(front[2]);
    expect(cheapestWith(front, { minimize: 'cost', where: { score: { atLeast: 8.5 } } })).toBeUndefined();
    expect(cheapestWith(front, { minimize: 'cost', where: {} })).toBe(front[0]);
    expect(cheapestWith([] as typeof front, { minimize: 'cost', where: { score: { atLeast: 0 } } })).toBeUndefined();
  });

  it('takes no solution that breaks a constraint, and the first of equals', () => {
    const [equal, ...rest] = [solution(2, 6), ...front];
    expect(
      cheapestWith([solution(0, 9, 0.5), ...rest, equal], { minimize: 'cost', where: { score: { atLeast: 6 } } }),
    ).toBe(front[1]);
  });

  it('refuses a name that is no objective', () => {
    const unknown = () => cheapestWith(front, { minimize: 'price' as 'cost', where: {} });
    expect(unknown).toThrow(invalid('"price" is no objective of the front: expected cost, score'));
    expect(() => cheapestWith(front, { minimize: 'cost', where: { f1: { atLeast: 1 } } as object })).toThrow(
      invalid('"f1"'),
    );
  });
});

describe('bestUnder', () => {
  it('is the best that can be paid for, whichever way better is', () => {
    expect(bestUnder(front, { maximize: 'score', where: { cost: { atMost: 4 } } })).toBe(front[2]);
    expect(bestUnder(front, { maximize: 'score', where: { cost: { atMost: 0.5 } } })).toBeUndefined();
    const errors = front.map(({ objectives: { cost, score } }) => ({ objectives: { cost, error: 10 - score } }));
    expect(bestUnder(errors, { minimize: 'error', where: { cost: { atMost: 8 } } })).toBe(errors[2]);
  });
});

describe('limits', () => {
  it.each([[{ atmost: 2 }], [{ atMost: NaN }], [{ atLeast: '2' }], [2], [null]])('%j are refused', (limits) => {
    const where = { cost: limits } as object;
    for (const make of [
      () => bestUnder(front, { maximize: 'score', where }),
      () => cheapestWith(front, { minimize: 'score', where }),
    ])
      expect(make).toThrow(invalid('"cost"'));
  });
});

describe('knee', () => {
  it('is the member farthest from the line through the ends', () => {
    expect(knee(front, directions)).toBe(front[1]); // scaled sums 1, 1/8 + 2/6, 3/8 + 1/6, 1
    expect(knee([...front, solution(9, 0)], directions)).toBe(front[1]); // a dominated end is none
    expect(knee([...front, solution(0, 99, 1)], directions)).toBe(front[1]); // nor is one that breaks a constraint
  });

  it('of a front that has none is an end, of nothing is nothing', () => {
    const straight = [solution(0, 0), solution(1, 1), solution(2, 2)];
    const bulging = [solution(0, 0), solution(1, 0.5), solution(2, 2)];
    expect(knee(straight, directions)).toBe(straight[0]);
    expect(knee(bulging, directions)).toBe(bulging[0]);
    expect(knee(front.slice(2, 3), directions)).toBe(front[2]);
    expect(knee([] as typeof front, directions)).toBeUndefined();
  });

  it('is where one of three objectives would cost too much of the others', () => {
    const triples = [
      [0, 9, 9],
      [9, 0, 9],
      [9, 9, 0],
      [2, 2, 2],
      [1, 5, 5],
    ].map(([a = 0, b = 0, c = 0]) => ({ objectives: { a, b, c } }));
    expect(knee(triples, { a: 'minimize', b: 'minimize', c: 'minimize' })).toBe(triples[3]);
  });

  it('is a member of the front and does not depend on order', () => {
    fc.assert(
      fc.property(pointSets(2), (points) => {
        const solutions = points.map(([cost = 0, score = 0]) => solution(cost, score));
        const chosen = knee(solutions, directions)?.objectives;
        expect(
          paretoFront(solutions, directions, { objectives: (item) => item.objectives }).map((item) => item.objectives),
        ).toContainEqual(chosen);
        expect(knee([...solutions].reverse(), directions)?.objectives).toEqual(chosen);
      }),
    );
  });

  it('is the same point of a front whatever its units', () => {
    const scaled = front.map(({ objectives: { cost, score } }) => solution(1e6 * cost + 5, score / 1024));
    expect(scaled.indexOf(knee(scaled, directions) as (typeof scaled)[number])).toBe(1);
  });
});

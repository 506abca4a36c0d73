import { hypervolume } from '../indicators/hypervolume.js';
import { minimize } from '../minimize.js';
import { paretoFront } from '../pareto.js';
import type { Objectives } from '../dominance.js';
import { zdt5 } from './index.js';

type Point = Objectives<'f1' | 'f2'>;

describe('ZDT5', () => {
  const problem = zdt5();
  const measure = async (bits: readonly number[]): Promise<Point> =>
    ((await problem.evaluate([bits], { generation: 0, keys: [''] })) as readonly Point[])[0] as Point;

  it('is as published: f1 counts ones, a short block is worth 2 to 6, and 1 when full', async () => {
    expect(await measure(new Array<number>(80).fill(0))).toEqual({ f1: 1, f2: 20 });
    expect(await measure(new Array<number>(80).fill(1))).toEqual({ f1: 31, f2: 10 / 31 });
    const fours = Array.from({ length: 80 }, (_, i) => (i >= 30 && i % 5 !== 0 ? 1 : 0));
    expect(await measure(fours)).toEqual({ f1: 1, f2: 60 });
  });

  it('has a front of 31 points on f2 = 10 / f1, which its true set evaluates to', async () => {
    const front = problem.trueFront();
    expect(front).toHaveLength(31);
    expect(paretoFront(front, problem.objectives)).toEqual(front);
    for (const { f1, f2 } of front) expect(f2).toBe(10 / f1);
    const set = problem.trueSet();
    for (const [i, bits] of set.entries()) expect(await measure(bits)).toEqual(front[i]);
    expect(hypervolume(front, problem.reference, problem.objectives)).toBe(problem.limitHypervolume());
    expect(problem.trueFront(5).map(({ f1 }) => f1)).toEqual([1, 9, 16, 24, 31]);
    expect(() => problem.trueFront(1)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    expect(() => problem.limitHypervolume({ f1: 30, f2: 11 })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
    expect(() => zdt5({ blocks: 0 })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });

  it('is solved but for the last traps', async () => {
    const { front } = await minimize(problem, { seed: 1, evaluations: 6_000 });
    const points = front.map(({ objectives }) => objectives);
    const reached = hypervolume(points, problem.reference, problem.objectives);
    expect(reached / problem.limitHypervolume()).toBeGreaterThan(0.9);
    expect(reached).toBeLessThanOrEqual(problem.limitHypervolume());
  });
});

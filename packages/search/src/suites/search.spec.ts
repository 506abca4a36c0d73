import { minimize } from '../minimize.js';
import { hypervolume } from '../indicators/hypervolume.js';
import { bnh, dtlz2, zdt1 } from './index.js';

describe('a benchmark problem', () => {
  it('is searched as it is', async () => {
    const problem = zdt1({ variables: 5 });
    const { front } = await minimize(problem, { seed: 1, evaluations: 2_000, populationSize: 20 });
    const reached = hypervolume(
      front.map(({ objectives }) => objectives),
      problem.reference,
      problem.objectives,
    );
    expect(reached / problem.limitHypervolume()).toBeGreaterThan(0.9);
    expect(reached).toBeLessThan(problem.limitHypervolume());
  });

  it('of many objectives too, reference included', async () => {
    const problem = dtlz2({ objectives: 4 });
    const { front } = await minimize(problem, {
      seed: 1,
      generations: 2,
      populationSize: 8,
      reference: problem.reference,
    });
    expect(Object.keys(front[0]?.objectives ?? {})).toEqual(['f1', 'f2', 'f3', 'f4']);
  });

  it('starts from its true set if it is told to, and can do no better', async () => {
    const problem = bnh();
    const seeds = problem.trueSet(20).slice(1, -1);
    const { front } = await minimize({ ...problem, seeds }, { seed: 1, generations: 1, populationSize: 18 });
    expect(front.every(({ violation }) => violation === 0)).toBe(true);
    expect(
      hypervolume(
        front.map(({ objectives }) => objectives),
        problem.reference,
        problem.objectives,
      ),
    ).toBeLessThan(problem.limitHypervolume());
  });
});

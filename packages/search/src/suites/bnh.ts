import type { BenchmarkProblem } from './benchmark-problem.js';
import { curveProblem, type TwoObjectives } from './curve-problem.js';

/**
 * BNH (Binh and Korn 1997): two genes, two constraints that hardly bind. The Pareto set is `x1 = x2` up to 3, then `x2 = 3` on. Constraints are
 * divided by their limits.
 */
export const bnh = (): BenchmarkProblem<TwoObjectives, 'g1' | 'g2'> =>
  curveProblem({
    name: 'BNH',
    length: 2,
    upper: [5, 3],
    constraints: ['g1', 'g2'],
    measure: ([x1 = 0, x2 = 0]) => ({
      f1: 4 * x1 * x1 + 4 * x2 * x2,
      f2: (x1 - 5) * (x1 - 5) + (x2 - 5) * (x2 - 5),
      g1: ((x1 - 5) * (x1 - 5) + x2 * x2) / 25 - 1,
      g2: 1 - ((x1 - 8) * (x1 - 8) + (x2 + 3) * (x2 + 3)) / 7.7,
    }),
    pieces: [
      { from: 0, to: 3, at: (t) => [t, t] },
      { from: 3, to: 5, at: (t) => [t, 3] },
    ],
    reference: [140, 50],
  });

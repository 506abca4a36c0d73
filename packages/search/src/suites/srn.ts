import type { BenchmarkProblem } from './benchmark-problem.js';
import { curveProblem, type TwoObjectives } from './curve-problem.js';

/** Where the Pareto set leaves the circle: the zero of `9 + 2 x1 - 2 x1 / x2` on it, where f2 is least. */
const LEFT_END = -4.840977370874673;

/**
 * SRN (Srinivas and Deb 1994): two genes in a disc cut by a line, constraints divided by their limits. Most of the Pareto set is the published
 * `x1 = -2.5`, on which f1 + f2 = -0.25; it begins on the line, with the least f1 there is, and ends on the circle, with the least f2.
 */
export const srn = (): BenchmarkProblem<TwoObjectives, 'g1' | 'g2'> =>
  curveProblem({
    name: 'SRN',
    length: 2,
    lower: -20,
    upper: 20,
    constraints: ['g1', 'g2'],
    measure: ([x1 = 0, x2 = 0]) => ({
      f1: 2 + (x1 - 2) * (x1 - 2) + (x2 - 1) * (x2 - 1),
      f2: 9 * x1 - (x2 - 1) * (x2 - 1),
      g1: (x1 * x1 + x2 * x2) / 225 - 1,
      g2: (x1 - 3 * x2 + 10) / 10,
    }),
    pieces: [
      { from: -1.1, to: 2.5, at: (t) => [-t, (10 - t) / 3] }, // on the line, from where it is nearest to (2, 1)
      { from: 2.5, to: Math.sqrt(225 - 6.25), at: (t) => [-2.5, t] },
      { from: 2.5, to: -LEFT_END, at: (t) => [-t, Math.sqrt(225 - t * t)] }, // on the circle
    ],
    reference: [250, 50],
  });

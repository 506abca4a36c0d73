import type { BenchmarkProblem } from './benchmark-problem.js';
import { curveProblem, type TwoObjectives } from './curve-problem.js';

const square = (x: number): number => x * x;

/** Where the two middle pieces meet: x1 of the one that comes from lower f1, x3 of the other. */
const [MEETING_X1, MEETING_X3] = [4.056543012431284, 3.731684756057475];

/**
 * OSY (Osyczka and Kundu 1995): six genes, six constraints, divided by their limits. The front has five pieces, each of them on other constraints
 * (Deb 2001); x4 and x6 are 0 on all.
 */
export const osy = (): BenchmarkProblem<TwoObjectives, 'g1' | 'g2' | 'g3' | 'g4' | 'g5' | 'g6'> =>
  curveProblem({
    name: 'OSY',
    length: 6,
    lower: [0, 0, 1, 0, 1, 0],
    upper: [10, 10, 5, 6, 5, 10],
    constraints: ['g1', 'g2', 'g3', 'g4', 'g5', 'g6'],
    measure: ([x1 = 0, x2 = 0, x3 = 0, x4 = 0, x5 = 0, x6 = 0]) => ({
      f1: -(25 * square(x1 - 2) + square(x2 - 2) + square(x3 - 1) + square(x4 - 4) + square(x5 - 1)),
      f2: x1 * x1 + x2 * x2 + x3 * x3 + x4 * x4 + x5 * x5 + x6 * x6,
      g1: 1 - (x1 + x2) / 2,
      g2: (x1 + x2) / 6 - 1,
      g3: (x2 - x1) / 2 - 1,
      g4: (x1 - 3 * x2) / 2 - 1,
      g5: (square(x3 - 3) + x4) / 4 - 1,
      g6: 1 - (square(x5 - 3) + x6) / 4,
    }),
    pieces: [
      { from: -5, to: -1, at: (t) => [5, 1, -t, 0, 5, 0] },
      { from: -5, to: -1, at: (t) => [5, 1, -t, 0, 1, 0] },
      { from: -5, to: -MEETING_X1, at: (t) => [-t, (-t - 2) / 3, 1, 0, 1, 0] },
      { from: -MEETING_X3, to: -1, at: (t) => [0, 2, -t, 0, 1, 0] },
      { from: 0, to: 1, at: (t) => [t, 2 - t, 1, 0, 1, 0] },
    ],
    reference: [0, 80],
  });

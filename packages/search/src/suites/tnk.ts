import type { BenchmarkProblem } from './benchmark-problem.js';
import { curveProblem, type TwoObjectives } from './curve-problem.js';

/**
 * Where the wave, the border of the first constraint, is the front: between angles from the f2 axis. It starts where it enters the disc of
 * the second constraint. A piece ends at a minimum of f2, and the next starts where f2 is as low again; the later half mirrors the
 * earlier one.
 */
const [FIRST, VALLEY, SLOPE, DIP, RISE] = [
  0.04009995567114693, 0.21166109077144593, 0.4483780407940274, 0.6717972670329595, 0.676067093124165,
];

const mirrored = (angle: number): number => Math.PI / 2 - angle;

const ARCS = [
  [FIRST, VALLEY],
  [SLOPE, DIP],
  [RISE, mirrored(RISE)],
  [mirrored(DIP), mirrored(SLOPE)],
  [mirrored(VALLEY), mirrored(FIRST)],
] as const;

/**
 * TNK (Tanaka, Watanabe, Furukawa and Tanino 1995): the objectives are the two genes themselves, outside a wavy circle and inside a disc; a front in
 * five pieces, all of it on the wave.
 */
export const tnk = (): BenchmarkProblem<TwoObjectives, 'g1' | 'g2'> =>
  curveProblem({
    name: 'TNK',
    length: 2,
    upper: Math.PI,
    constraints: ['g1', 'g2'],
    measure: ([x1 = 0, x2 = 0]) => ({
      f1: x1,
      f2: x2,
      g1: 1 + 0.1 * Math.cos(16 * Math.atan2(x1, x2)) - x1 * x1 - x2 * x2,
      g2: (x1 - 0.5) * (x1 - 0.5) + (x2 - 0.5) * (x2 - 0.5) - 0.5,
    }),
    pieces: ARCS.map(([from, to]) => ({
      from,
      to,
      at: (angle) => {
        const radius = Math.sqrt(1 + 0.1 * Math.cos(16 * angle));
        return [radius * Math.sin(angle), radius * Math.cos(angle)];
      },
    })),
    reference: [1.1, 1.1],
  });

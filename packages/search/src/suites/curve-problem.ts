import type { Objectives } from '../dominance.js';
import { realVector } from '../spaces/real-vector.js';
import { checkCount, checkReference, type BenchmarkProblem } from './benchmark-problem.js';
import { alongCurve, areaAboveCurve, type Pair, type Piece } from './curve.js';

/** The names of two objectives. */
export type TwoObjectives = 'f1' | 'f2';

/**
 * A problem of two objectives, both minimised, from its formulas and the pieces of its Pareto set.
 *
 * @param options `pieces`: genomes along a parameter, such that f1 ascends and nothing on them is dominated
 */
export const curveProblem = <Constraint extends string = never>({
  name,
  lower = 0,
  upper = 1,
  length,
  constraints,
  measure,
  pieces,
  reference,
}: {
  readonly name: string;
  readonly lower?: number | readonly number[];
  readonly upper?: number | readonly number[];
  readonly length: number;
  readonly constraints?: readonly Constraint[];
  readonly measure: (x: readonly number[]) => Objectives<TwoObjectives | Constraint>;
  readonly pieces: readonly Piece<readonly number[]>[];
  readonly reference: Pair;
}): BenchmarkProblem<TwoObjectives, Constraint> => {
  const pairOf = (x: readonly number[]): Pair => {
    const { f1, f2 } = measure(x) as Objectives<TwoObjectives>;
    return [f1, f2];
  };
  const front = pieces.map(({ from, to, at }): Piece<Pair> => ({ from, to, at: (t) => pairOf(at(t)) }));
  const own = { f1: reference[0], f2: reference[1] };
  const trueSet = (points = 500): readonly (readonly number[])[] => {
    checkCount('points', points, 2);
    return alongCurve(pieces, points, pairOf);
  };
  return {
    name,
    objectives: { f1: 'minimize', f2: 'minimize' },
    ...(constraints && { constraints }),
    ...realVector({ length, lower, upper }),
    evaluate: async (genomes) => genomes.map((x) => measure(x)),
    reference: own,
    trueSet,
    trueFront: (points) =>
      trueSet(points).map((x) => {
        const [f1, f2] = pairOf(x);
        return { f1, f2 };
      }),
    limitHypervolume: (given = own) => {
      const [first, last] = [front[0], front.at(-1)];
      const worst = [last?.at(last.to)[0] ?? 0, first?.at(first.from)[1] ?? 0];
      const [right = 0, top = 0] = checkReference(given, ['f1', 'f2'], worst);
      return areaAboveCurve(front, [right, top]);
    },
  };
};

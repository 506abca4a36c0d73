import { checkCount } from './benchmark-problem.js';
import { ruggedDistance } from './distance.js';
import { dtlzProblem, type Dtlz, type DtlzOptions } from './dtlz-problem.js';
import { product, simplexLattice } from './lattice.js';

/** The first genes that give objectives in the ratio of `weights`, which add up to 1. */
const positionOf = (weights: readonly number[]): number[] => {
  let left = 1;
  return weights.slice(1).map((_, i) => {
    const before = left;
    left = Math.max(0, left - (weights[weights.length - 1 - i] ?? 0));
    return before === 0 ? 0 : left / before;
  });
};

/**
 * DTLZ1: a plane, on which the objectives add up to 0.5, behind 11^k - 1 local fronts.
 *
 * @throws SearchError `INVALID_OPTION` for numbers that are too small
 * @example
 * const problem = dtlz1({ objectives: 4 });
 * problem.limitHypervolume({ f1: 1, f2: 1, f3: 1, f4: 1 }); // 1 - 0.5^4 / 4!
 */
export const dtlz1 = ({ objectives = 3, k = 5 }: DtlzOptions = {}): Dtlz => {
  checkCount('objectives', objectives, 2);
  const each = (value: number): number[] => new Array<number>(objectives).fill(value);
  return dtlzProblem({
    name: 'DTLZ1',
    objectives,
    k,
    measure: (x, values) => {
      let rest = 0.5 * (1 + ruggedDistance(x, objectives - 1));
      for (let i = 0; i < objectives - 1; i += 1) {
        const gene = x[i] ?? 0;
        values[objectives - 1 - i] = rest * (1 - gene);
        rest *= gene;
      }
      values[0] = rest;
    },
    best: 0.5,
    positions: (points) => simplexLattice(objectives, points).map(positionOf),
    worst: each(0.5),
    reference: each(0.55),
    // All but the corner before the plane: a simplex with legs of 0.5.
    volume: (reference) => product(reference) - product(each(0.5).map((leg, m) => leg / (m + 1))),
  });
};

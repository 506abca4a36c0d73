import { checkCount } from './benchmark-problem.js';
import { ruggedDistance, squaredDistance } from './distance.js';
import { dtlzProblem, type Dtlz, type DtlzDefinition, type DtlzOptions } from './dtlz-problem.js';
import { product, simplexLattice } from './lattice.js';
import { anglesOf, onSphere, orthantOfBall } from './sphere.js';

/** A problem whose front is the part of the unit sphere where no objective is below 0. */
const spherical = ({
  objectives,
  geneOf = (angle) => angle,
  ...rest
}: Pick<DtlzDefinition, 'name' | 'objectives' | 'k' | 'measure'> & {
  readonly geneOf?: (angle: number) => number;
}): Dtlz => {
  checkCount('objectives', objectives, 2);
  const each = (value: number): number[] => new Array<number>(objectives).fill(value);
  return dtlzProblem({
    ...rest,
    objectives,
    best: 0.5,
    positions: (points) => simplexLattice(objectives, points).map((weights) => anglesOf(weights).map(geneOf)),
    worst: each(1),
    reference: each(1.1),
    volume: (reference) => product(reference) - orthantOfBall(objectives),
  });
};

/**
 * DTLZ2: a sphere, without obstacles.
 *
 * @throws SearchError `INVALID_OPTION` for numbers that are too small
 * @example
 * const problem = dtlz2();
 * await minimize(problem, { seed: 1, populationSize: 20, generations: 5, reference: problem.reference });
 */
export const dtlz2 = ({ objectives = 3, k = 10 }: DtlzOptions = {}): Dtlz =>
  spherical({
    name: 'DTLZ2',
    objectives,
    k,
    measure: (x, values) => onSphere(values, 1 + squaredDistance(x, objectives - 1), x),
  });

/** DTLZ3: the sphere of DTLZ2 behind the local fronts of DTLZ1, 3^k - 1 of them. */
export const dtlz3 = ({ objectives = 3, k = 10 }: DtlzOptions = {}): Dtlz =>
  spherical({
    name: 'DTLZ3',
    objectives,
    k,
    measure: (x, values) => onSphere(values, 1 + ruggedDistance(x, objectives - 1), x),
  });

/** DTLZ4: the sphere of DTLZ2 with nearly all genomes at its edges, where the first genes are raised to the power of `alpha`, default 100. */
export const dtlz4 = ({
  objectives = 3,
  k = 10,
  alpha = 100,
}: DtlzOptions & { readonly alpha?: number } = {}): Dtlz => {
  const angles = new Float64Array(Math.max(1, objectives - 1));
  return spherical({
    name: 'DTLZ4',
    objectives,
    k,
    measure: (x, values) => {
      for (let i = 0; i < angles.length; i += 1) angles[i] = (x[i] ?? 0) ** alpha;
      onSphere(values, 1 + squaredDistance(x, objectives - 1), angles);
    },
    geneOf: (angle) => angle ** (1 / alpha),
  });
};

import { SearchError } from '../errors.js';
import { checkCount } from './benchmark-problem.js';
import { squaredDistance } from './distance.js';
import { dtlzProblem, type Dtlz, type DtlzDefinition, type DtlzOptions } from './dtlz-problem.js';
import { product } from './lattice.js';
import { onSphere } from './sphere.js';

/**
 * A problem whose front shrinks to a curve on the sphere: all angles but the first are drawn to a half as `g` falls to 0. With more than
 * three objectives genomes off the curve are not dominated either (Huband, Hingston, Barone and While 2006), and no formula is known.
 */
const curved = ({
  name,
  objectives,
  k,
  distance,
  best,
}: Pick<DtlzDefinition, 'name' | 'objectives' | 'k' | 'best'> & {
  readonly distance: (x: readonly number[], from: number) => number;
}): Dtlz => {
  checkCount('objectives', objectives, 2);
  const angles = new Float64Array(objectives - 1);
  const each = (value: number): number[] => new Array<number>(objectives).fill(value);
  const checkKnown = (): void => {
    if (objectives > 3)
      throw new SearchError(
        'INVALID_OPTION',
        `the true front of ${name} is known for 2 or 3 objectives; this one has ${objectives}.`,
      );
  };
  return dtlzProblem({
    name,
    objectives,
    k,
    measure: (x, values) => {
      const g = distance(x, objectives - 1);
      angles[0] = x[0] ?? 0;
      for (let i = 1; i < angles.length; i += 1) angles[i] = (1 + 2 * g * (x[i] ?? 0)) / (2 * (1 + g));
      onSphere(values, 1 + g, angles);
    },
    best,
    positions: (points) => {
      checkKnown();
      return Array.from({ length: points }, (_, i) => [i / (points - 1), ...each(0.5).slice(2)]);
    },
    worst: objectives === 3 ? [Math.SQRT1_2, Math.SQRT1_2, 1] : each(1),
    reference: each(1.1),
    volume: (reference) => {
      checkKnown();
      const [r1 = 0, r2 = 0] = reference;
      // Not dominated is what lies below z(m) = sqrt(1 - 2 m²), m the lesser of f1 and f2; the area where it is m is r1 + r2 - 2 m wide.
      return product(reference) - (objectives === 2 ? Math.PI / 4 : ((r1 + r2) * Math.PI * Math.SQRT2) / 8 - 1 / 3);
    },
  });
};

/** DTLZ5: a curve, `f1 = f2` on the sphere of DTLZ2. The true front is known for two and three objectives. */
export const dtlz5 = ({ objectives = 3, k = 10 }: DtlzOptions = {}): Dtlz =>
  curved({ name: 'DTLZ5', objectives, k, distance: squaredDistance, best: 0.5 });

/** The sum of `x^0.1`: steep at the front. */
const steepDistance = (x: readonly number[], from: number): number => {
  let sum = 0;
  for (let i = from; i < x.length; i += 1) sum += (x[i] ?? 0) ** 0.1;
  return sum;
};

/** DTLZ6: the curve of DTLZ5, hard to come near. The true front is known for two and three objectives. */
export const dtlz6 = ({ objectives = 3, k = 10 }: DtlzOptions = {}): Dtlz =>
  curved({ name: 'DTLZ6', objectives, k, distance: steepDistance, best: 0 });

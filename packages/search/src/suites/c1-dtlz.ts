import type { Objectives } from '../dominance.js';
import type { BenchmarkProblem } from './benchmark-problem.js';
import { dtlz1 } from './dtlz-linear.js';
import type { Dtlz, DtlzOptions } from './dtlz-problem.js';
import { dtlz3 } from './dtlz-spherical.js';

/** A problem of Jain and Deb (2014): one of DTLZ with a constraint on its objectives. */
export type ConstrainedDtlz = BenchmarkProblem<`f${number}`, 'g1'>;

/** A constraint that the front meets: front and limit are those without it. */
const constrained = (
  name: string,
  { evaluate, constraints: _, ...rest }: Dtlz,
  constraint: (values: readonly number[]) => number,
): ConstrainedDtlz => ({
  ...rest,
  name,
  constraints: ['g1'],
  evaluate: async (genomes, context) => {
    const results = (await evaluate(genomes, context)) as readonly Objectives<`f${number}`>[];
    return results.map((result) => ({ ...result, g1: constraint(Object.values(result)) }));
  },
});

/**
 * C1-DTLZ1: the plane of DTLZ1, where only a thin slice in front of the local fronts is feasible.
 *
 * @throws SearchError `INVALID_OPTION` for numbers that are too small
 */
export const c1dtlz1 = (options: DtlzOptions = {}): ConstrainedDtlz =>
  constrained('C1-DTLZ1', dtlz1(options), (values) => {
    const last = values.at(-1) ?? 0;
    return last / 0.6 + (values.reduce((sum, value) => sum + value, 0) - last) / 0.5 - 1;
  });

/** The radius from which on C1-DTLZ3 is feasible far away from the front too, by the number of objectives. */
const outerRadius = (objectives: number): number => (objectives < 5 ? 9 : objectives <= 12 ? 12.5 : 15);

/** C1-DTLZ3: the sphere of DTLZ3 behind a belt in which nothing is feasible. */
export const c1dtlz3 = (options: DtlzOptions = {}): ConstrainedDtlz => {
  const outer = outerRadius(options.objectives ?? 3);
  return constrained('C1-DTLZ3', dtlz3(options), (values) => {
    const square = values.reduce((sum, value) => sum + value * value, 0);
    return -((square - 16) * (square - outer * outer)) / 1_000;
  });
};

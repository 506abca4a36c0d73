import type { Direction, Objectives } from '../dominance.js';
import { realVector } from '../spaces/real-vector.js';
import { checkCount, checkReference, type BenchmarkProblem } from './benchmark-problem.js';

/** A problem of Deb, Thiele, Laumanns and Zitzler (2005): any number of objectives, `f1`, `f2`, ..., all minimised, on genes from 0 to 1. */
export type Dtlz = BenchmarkProblem<`f${number}`>;

export interface DtlzOptions {
  /** How many objectives, 2 or more. Default 3. */
  readonly objectives?: number;
  /** How many genes decide how far from the front a genome is; objectives - 1 others decide where on it. Default: the paper's. */
  readonly k?: number;
}

/** What tells one of them from another. */
export interface DtlzDefinition {
  readonly name: string;
  readonly objectives: number;
  readonly k: number;
  /** Writes the objectives of `x` into `values`. */
  readonly measure: (x: readonly number[], values: Float64Array) => void;
  /** The genes behind the first on the front. */
  readonly best: number;
  /** The first genes of at most so many genomes on the front. */
  readonly positions: (points: number) => readonly (readonly number[])[];
  /** The most of each objective on the front. */
  readonly worst: readonly number[];
  readonly reference: readonly number[];
  /** The limit hypervolume at a reference that the front beats or meets. */
  readonly volume: (reference: readonly number[]) => number;
}

/** Makes objectives of their values: literals for the usual numbers, which is much faster. */
const namer = (names: readonly `f${number}`[]): ((values: Float64Array) => Objectives<`f${number}`>) => {
  if (names.length === 2) return (values) => ({ f1: values[0] ?? 0, f2: values[1] ?? 0 });
  if (names.length === 3) return (values) => ({ f1: values[0] ?? 0, f2: values[1] ?? 0, f3: values[2] ?? 0 });
  return (values) => {
    const result: Record<`f${number}`, number> = {};
    for (let m = 0; m < names.length; m += 1) result[names[m] ?? 'f0'] = values[m] ?? 0;
    return result;
  };
};

/** @throws SearchError `INVALID_OPTION` for impossible numbers */
export const dtlzProblem = ({
  name,
  objectives,
  k,
  measure,
  best,
  positions,
  worst,
  reference,
  volume,
}: DtlzDefinition): Dtlz => {
  checkCount('k', k, 1);
  const names = Array.from({ length: objectives }, (_, m): `f${number}` => `f${m + 1}`);
  const named = namer(names);
  const values = new Float64Array(objectives);
  const result = (x: readonly number[]): Objectives<`f${number}`> => {
    measure(x, values);
    return named(values);
  };
  const own = Object.fromEntries(
    names.map((objective, m) => [objective, reference[m] ?? 0]),
  ) as Objectives<`f${number}`>;
  const distances = new Array<number>(k).fill(best);
  const trueSet = (points = 500): readonly (readonly number[])[] => {
    checkCount('points', points, 2);
    return positions(points).map((position) => [...position, ...distances]);
  };
  return {
    name,
    objectives: Object.fromEntries(names.map((objective): [string, Direction] => [objective, 'minimize'])),
    ...realVector({ length: objectives - 1 + k }),
    evaluate: async (genomes) => genomes.map((x) => result(x)),
    reference: own,
    trueSet,
    trueFront: (points) => trueSet(points).map((x) => result(x)),
    limitHypervolume: (given = own) => volume(checkReference(given, names, worst)),
  };
};

import type { Objectives } from '../dominance.js';
import { checkCount, type BenchmarkProblem } from './benchmark-problem.js';
import { curveProblem, type TwoObjectives } from './curve-problem.js';

/** A problem of Zitzler, Deb and Thiele (2000): two objectives, no constraints. */
export type Zdt = BenchmarkProblem<TwoObjectives>;

export interface ZdtOptions {
  /** How many genes, 2 or more. Default 30; 10 for ZDT4 and ZDT6. */
  readonly variables?: number;
}

/** Where the first gene lies on the front: from, to. */
type Stretch = readonly [number, number];

/**
 * All of them have the first gene decide where on the front a genome is, and the others, in `g`, how far from it: best when they are 0.
 * Along the front the parameter is the square root of the first gene, in which the fronts with a root are smooth.
 */
const zdt = ({
  name,
  variables,
  measure,
  stretches = [[0, 1]],
  reach = [0, 1],
}: {
  readonly name: string;
  readonly variables: number;
  readonly measure: (x: readonly number[]) => Objectives<TwoObjectives>;
  readonly stretches?: readonly Stretch[];
  /** The box of every gene but the first. */
  readonly reach?: Stretch;
}): Zdt => {
  checkCount('variables', variables, 2);
  const others = new Array<number>(variables - 1).fill(0);
  return curveProblem<never>({
    name,
    length: variables,
    lower: [0, ...others.map(() => reach[0])],
    upper: [1, ...others.map(() => reach[1])],
    measure,
    pieces: stretches.map(([from, to]) => ({
      from: Math.sqrt(from),
      to: Math.sqrt(to),
      at: (t) => [t * t, ...others],
    })),
    reference: [1.1, 1.1],
  });
};

/** 1 and nine times the mean of the genes behind the first. */
const meanDistance = (x: readonly number[]): number => {
  let sum = 0;
  for (let i = 1; i < x.length; i += 1) sum += x[i] ?? 0;
  return 1 + (9 * sum) / (x.length - 1);
};

/**
 * ZDT1: a convex front, `f2 = 1 - sqrt(f1)`.
 *
 * @example
 * const problem = zdt1();
 * const { front } = await minimize(problem, { seed: 1, evaluations: 2000 });
 * igd(front.map(({ objectives }) => objectives), problem.trueFront(), problem.objectives);
 */
export const zdt1 = ({ variables = 30 }: ZdtOptions = {}): Zdt =>
  zdt({
    name: 'ZDT1',
    variables,
    measure: (x) => {
      const f1 = x[0] ?? 0;
      const g = meanDistance(x);
      return { f1, f2: g * (1 - Math.sqrt(f1 / g)) };
    },
  });

/** ZDT2: a concave front, `f2 = 1 - f1²`. */
export const zdt2 = ({ variables = 30 }: ZdtOptions = {}): Zdt =>
  zdt({
    name: 'ZDT2',
    variables,
    measure: (x) => {
      const f1 = x[0] ?? 0;
      const g = meanDistance(x);
      const ratio = f1 / g;
      return { f1, f2: g * (1 - ratio * ratio) };
    },
  });

/** Where `1 - sqrt(x) - x sin(10 pi x)` is less than it is anywhere before: up to its minima, from where it falls below the last one. */
const ZDT3_STRETCHES: readonly Stretch[] = [
  [0, 0.08300153492691163],
  [0.18222872802939977, 0.2577623633878302],
  [0.4093096748086568, 0.4538821040888302],
  [0.6183967944392658, 0.6525117038046625],
  [0.8233317983266327, 0.8518328654364139],
];

/** ZDT3: a front in five pieces, `f2 = 1 - sqrt(f1) - f1 sin(10 pi f1)`. */
export const zdt3 = ({ variables = 30 }: ZdtOptions = {}): Zdt =>
  zdt({
    name: 'ZDT3',
    variables,
    stretches: ZDT3_STRETCHES,
    measure: (x) => {
      const f1 = x[0] ?? 0;
      const g = meanDistance(x);
      const ratio = f1 / g;
      return { f1, f2: g * (1 - Math.sqrt(ratio) - ratio * Math.sin(10 * Math.PI * f1)) };
    },
  });

/** ZDT4: the front of ZDT1 behind 21^9 local ones; genes behind the first from -5 to 5. */
export const zdt4 = ({ variables = 10 }: ZdtOptions = {}): Zdt =>
  zdt({
    name: 'ZDT4',
    variables,
    reach: [-5, 5],
    measure: (x) => {
      const f1 = x[0] ?? 0;
      let g = 1 + 10 * (x.length - 1);
      for (let i = 1; i < x.length; i += 1) {
        const gene = x[i] ?? 0;
        g += gene * gene - 10 * Math.cos(4 * Math.PI * gene);
      }
      return { f1, f2: g * (1 - Math.sqrt(f1 / g)) };
    },
  });

/** The first gene at the least f1 of ZDT6, 0.2807753: where the derivative of f1 is 0 for the first time. */
const ZDT6_LEAST = Math.atan(9 * Math.PI) / (6 * Math.PI);

/** ZDT6: a concave front, `f2 = 1 - f1²` from f1 = 0.2807753 on, on which and before which genomes lie ever more thinly. */
export const zdt6 = ({ variables = 10 }: ZdtOptions = {}): Zdt =>
  zdt({
    name: 'ZDT6',
    variables,
    stretches: [[ZDT6_LEAST, 1 / 6]], // to where the sine is 0 again, and f1 is 1
    measure: (x) => {
      const gene = x[0] ?? 0;
      const sine = Math.sin(6 * Math.PI * gene);
      const square = sine * sine;
      const f1 = 1 - Math.exp(-4 * gene) * square * square * square;
      let sum = 0;
      for (let i = 1; i < x.length; i += 1) sum += x[i] ?? 0;
      const g = 1 + 9 * Math.sqrt(Math.sqrt(sum / (x.length - 1)));
      const ratio = f1 / g;
      return { f1, f2: g * (1 - ratio * ratio) };
    },
  });

import type { BenchmarkProblem } from './benchmark-problem.js';
import { checkCount } from './benchmark-problem.js';
import { curveProblem, type TwoObjectives } from './curve-problem.js';

/** A problem of Ma and Wang (2019): two objectives, a front that constraints cut. */
export type Mw = BenchmarkProblem<TwoObjectives, 'g1'>;

export interface MwOptions {
  /** How many genes, 2 or more. Default 15. */
  readonly variables?: number;
}

/** How far above a line along which waves of feasible room lie a point is: above 0 it is outside. */
const aboveWaves = (f1: number, f2: number, waves: number): number =>
  f1 + f2 - 1 - 0.5 * Math.sin(waves * Math.PI * Math.SQRT2 * (f2 - f1)) ** 8;

/** Where MW1's line `f2 = 1 - 0.85 f1` is within the waves. */
const MW1_PIECES = [
  [0.0, 0.11476872289331168],
  [0.2060131010412798, 0.29877970936849774],
  [0.40268525110048414, 0.4855302208814129],
  [0.5976309783296324, 0.6732954880148867],
  [0.7918207708934114, 0.8615959780674443],
  [0.985585961230247, 1.0],
] as const;

/**
 * MW1: a line in pieces.
 *
 * @throws SearchError `INVALID_OPTION` for too few genes
 */
export const mw1 = ({ variables = 15 }: MwOptions = {}): Mw => {
  checkCount('variables', variables, 2);
  const power = variables - 2;
  // A gene is best where its power is; with a power of 0 there is nothing to be best.
  const bestOf = (i: number): number => (power === 0 ? 0 : (0.5 + i / (2 * variables)) ** (1 / power));
  const best = Array.from({ length: variables - 1 }, (_, i) => bestOf(i + 1));
  return curveProblem<'g1'>({
    name: 'MW1',
    length: variables,
    constraints: ['g1'],
    measure: (x) => {
      const f1 = x[0] ?? 0;
      let g = 1;
      for (let i = 1; i < x.length; i += 1) {
        const off = (x[i] ?? 0) ** power - 0.5 - i / (2 * x.length);
        g += 1 - Math.exp(-10 * off * off);
      }
      const f2 = g * (1 - (0.85 * f1) / g);
      return { f1, f2, g1: aboveWaves(f1, f2, 2) };
    },
    pieces: MW1_PIECES.map(([from, to]) => ({ from, to, at: (t) => [t, ...best] })),
    reference: [1.1, 1.1],
  });
};

/** MW2: a whole line behind local fronts, with waves of feasible room along it. */
export const mw2 = ({ variables = 15 }: MwOptions = {}): Mw => {
  checkCount('variables', variables, 2);
  const best = Array.from({ length: variables - 1 }, (_, i) => (i + 1) / variables);
  return curveProblem<'g1'>({
    name: 'MW2',
    length: variables,
    constraints: ['g1'],
    measure: (x) => {
      const f1 = x[0] ?? 0;
      let g = 1;
      for (let i = 1; i < x.length; i += 1) {
        const off = (x[i] ?? 0) - i / x.length;
        const z = 1 - Math.exp(-10 * off * off);
        g += (0.1 / x.length) * z * z + 1.5 - 1.5 * Math.cos(2 * Math.PI * z);
      }
      const f2 = g * (1 - f1 / g);
      return { f1, f2, g1: aboveWaves(f1, f2, 3) };
    },
    pieces: [{ from: 0, to: 1, at: (t) => [t, ...best] }],
    reference: [1.1, 1.1],
  });
};

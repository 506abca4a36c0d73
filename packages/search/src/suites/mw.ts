import type { BenchmarkProblem } from './benchmark-problem.js';
import { checkCount } from './benchmark-problem.js';
import { curveProblem, type TwoObjectives } from './curve-problem.js';

/** A problem of Ma and Wang (2019): two objectives, a front that constraints cut. */
export type Mw<Constraint extends string = 'g1'> = BenchmarkProblem<TwoObjectives, Constraint>;

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

/** How far a genome is from the front, with local fronts before it: 1 on it. */
const distanceWithLocalFronts = (x: readonly number[]): number => {
  let g = 1;
  for (let i = 1; i < x.length; i += 1) {
    const off = (x[i] ?? 0) - i / x.length;
    const z = 1 - Math.exp(-10 * off * off);
    g += (0.1 / x.length) * z * z + 1.5 - 1.5 * Math.cos(2 * Math.PI * z);
  }
  return g;
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
      const g = distanceWithLocalFronts(x);
      const f2 = g * (1 - f1 / g);
      return { f1, f2, g1: aboveWaves(f1, f2, 3) };
    },
    pieces: [{ from: 0, to: 1, at: (t) => [t, ...best] }],
    reference: [1.1, 1.1],
  });
};

/** Where the quarter of MW6's circle is within the room that its constraint leaves: angles from the axis of f2. */
const MW6_PIECES = [
  [0.014798386747741206, 0.02855394735138867],
  [0.050777001162521436, 0.06554307208212723],
  [0.08951373977751981, 0.10547384190360404],
  [0.13155955598580243, 0.14895694843427915],
  [0.17766118253443983, 0.19682928735255803],
  [0.22887043468573992, 0.2502861828943685],
  [0.2867447100182498, 0.31112986106506646],
  [0.35375106285018876, 0.3822865778319761],
  [0.4341949594201064, 0.469050732088662],
  [0.5368274449086086, 0.5828380755794913],
  [0.6853065789412072, 0.7585712445847654],
  [1.0512683769070013, Math.PI / 2],
] as const;

/**
 * MW6: a quarter of a circle in twelve pieces, behind local fronts.
 *
 * @throws SearchError `INVALID_OPTION` for too few genes
 */
export const mw6 = ({ variables = 15 }: MwOptions = {}): Mw => {
  checkCount('variables', variables, 2);
  const best = Array.from({ length: variables - 1 }, (_, i) => (i + 1) / variables);
  return curveProblem<'g1'>({
    name: 'MW6',
    length: variables,
    upper: 1.1,
    constraints: ['g1'],
    measure: (x) => {
      const g = distanceWithLocalFronts(x);
      const f1 = g * (x[0] ?? 0);
      const f2 = g * Math.sqrt(Math.max(0, 1.21 - (f1 / g) ** 2));
      const wave = Math.cos(6 * Math.atan2(f2, f1) ** 4) ** 10;
      return { f1, f2, g1: (f1 / (1 + 0.15 * wave)) ** 2 + (f2 / (1 + 0.75 * wave)) ** 2 - 1 };
    },
    pieces: MW6_PIECES.map(([from, to]) => ({ from, to, at: (angle) => [1.1 * Math.sin(angle), ...best] })),
    reference: [1.2, 1.2],
  });
};

import type { BenchmarkProblem } from './benchmark-problem.js';
import { checkCount } from './benchmark-problem.js';
import { curveProblem, type TwoObjectives } from './curve-problem.js';
import {
  biasFlat,
  dependence,
  mean,
  nonSeparable,
  shiftDeceptive,
  shiftLinear,
  shiftMultiModal,
  weightedMean,
} from './wfg-shapes.js';

/** A problem of Huband, Hingston, Barone and While (2006) with two objectives; gene i, from 1, goes from 0 to 2 i. */
export type Wfg = BenchmarkProblem<TwoObjectives>;

export interface WfgOptions {
  /** How many genes decide where on the front a genome is: even, 2 or more. Default 4. */
  readonly k?: number;
  /** How many decide how far from it a genome is: even, 2 or more. Default 20. */
  readonly l?: number;
}

/** Where the distance genes are best, as shares of their ranges. */
const BEST = 0.35;
const HALF_TURN = Math.PI / 2;

/** Position and distance, both from 0 to 1, of a genome of shares, and how they are had. */
interface Transformation {
  /** Position and distance of shares, which may be changed. */
  readonly reduce: (y: Float64Array, k: number) => readonly [position: number, distance: number];
  /** Shares on the front at a position. */
  readonly place: (position: number, k: number, n: number) => number[];
}

type Shape = (position: number) => readonly [first: number, second: number];

/** A share whose transformation, 0 at `from` and 1 at `to`, has a value. */
const invert = (transform: (y: number) => number, value: number, from: number, to: number): number => {
  let [low, high] = [from, to];
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (transform(middle) < value) low = middle;
    else high = middle;
  }
  return value === 0 ? from : high;
};

/** A gene that is exactly a share of its range when divided by it. */
const geneOf = (share: number, range: number): number => {
  const gene = share * range;
  const near = [gene, gene * (1 + Number.EPSILON), gene * (1 - Number.EPSILON)];
  return Math.min(range, near.find((candidate) => candidate / range === share) ?? gene);
};

/** `k` shares alike, or every second one 0 where they are not separable. */
const alike = (share: number, k: number): number[] => new Array<number>(k).fill(share);
const alternating = (share: number, other: number, k: number): number[] =>
  Array.from({ length: k }, (_, i) => (i % 2 === 0 ? share : other));

const withBest = (positions: readonly number[], n: number): number[] => [
  ...positions,
  ...new Array<number>(n - positions.length).fill(BEST),
];

const shiftDistances = (y: Float64Array, k: number): void => {
  for (let i = k; i < y.length; i += 1) y[i] = shiftLinear(y[i] ?? 0, BEST);
};

const byMeans = (y: Float64Array, k: number): readonly [number, number] => [mean(y, 0, k), mean(y, k, y.length)];

const multiModal = (y: number): number => shiftMultiModal(y, 30, 10, BEST);
const deceptive = (y: number): number => shiftDeceptive(y, BEST, 0.001, 0.05);

/** Pairs of distances first, as WFG2 and WFG3 have them. */
const byPairs = (y: Float64Array, k: number): readonly [number, number] => {
  shiftDistances(y, k);
  const pairs = (y.length - k) / 2;
  let sum = 0;
  for (let i = 0; i < pairs; i += 1) sum += nonSeparable(y, k + 2 * i, k + 2 * i + 2);
  return [mean(y, 0, k), sum / pairs];
};

/** Shares from the last to the first, such that each, raised to what depends on those behind it, is the one that is wanted. */
const backwards = (wanted: number[], from: number, to: number): number[] => {
  for (let i = to - 1; i >= from; i -= 1)
    wanted[i] = (wanted[i] ?? 0) ** (1 / dependence(mean(wanted, i + 1, wanted.length)));
  return wanted;
};

const convexMixed: Shape = (x) => [
  1 - Math.cos(x * HALF_TURN),
  1 - x - Math.cos(10 * Math.PI * x + HALF_TURN) / (10 * Math.PI),
];
const convexDisconnected: Shape = (x) => [1 - Math.cos(x * HALF_TURN), 1 - x * Math.cos(5 * Math.PI * x) ** 2];
const linear: Shape = (x) => [x, 1 - x];
const concave: Shape = (x) => [Math.sin(x * HALF_TURN), Math.cos(x * HALF_TURN)];

/** Positions on the front of WFG2: up to the peaks of `x cos²(5 pi x)`, from where it is as high again. */
const PEAKS: readonly (readonly [number, number])[] = [
  [0.0, 0.04158853544223386],
  [0.12969246722213001, 0.20959496563121088],
  [0.3549347145859809, 0.4049933325885807],
  [0.5640500911477553, 0.6033554792401994],
  [0.7690984706617883, 0.8025237409357284],
  [0.9724372738741398, 1.0],
];

const wfg = (
  name: string,
  { k = 4, l = 20 }: WfgOptions,
  {
    reduce,
    place,
    shape = concave,
    stretches = [[0, 1]],
  }: Transformation & { readonly shape?: Shape; readonly stretches?: readonly (readonly [number, number])[] },
): Wfg => {
  checkCount('k / 2', k / 2, 1);
  checkCount('l / 2', l / 2, 1);
  const n = k + l;
  const ranges = Array.from({ length: n }, (_, i) => 2 * (i + 1));
  return curveProblem<never>({
    name,
    length: n,
    upper: ranges,
    measure: (z) => {
      const [position, distance] = reduce(
        Float64Array.from(z, (gene, i) => gene / (ranges[i] ?? 1)),
        k,
      );
      const [first, second] = shape(position);
      return { f1: distance + 2 * first, f2: distance + 4 * second };
    },
    pieces: stretches.map(([from, to]) => ({
      from,
      to,
      at: (t) => place(t, k, n).map((share, i) => geneOf(share, ranges[i] ?? 1)),
    })),
    reference: [2.2, 4.4],
  });
};

/**
 * WFG1: a front of convex and flat parts; almost all genomes are far away along it.
 *
 * @throws SearchError `INVALID_OPTION` for odd or too small numbers
 * @example
 * await minimize(wfg1({ k: 2, l: 4 }), { seed: 1, populationSize: 20, generations: 5 });
 */
export const wfg1 = (options: WfgOptions = {}): Wfg =>
  wfg('WFG1', options, {
    shape: convexMixed,
    reduce: (y, k) => {
      shiftDistances(y, k);
      for (let i = 0; i < y.length; i += 1) y[i] = (i < k ? (y[i] ?? 0) : biasFlat(y[i] ?? 0, 0.8, 0.75, 0.85)) ** 0.02;
      return [weightedMean(y, 0, k), weightedMean(y, k, y.length)];
    },
    place: (position, k, n) => withBest(alike(position ** 50, k), n),
  });

/** WFG2: a front in six pieces; distances in pairs. */
export const wfg2 = (options: WfgOptions = {}): Wfg =>
  wfg('WFG2', options, {
    shape: convexDisconnected,
    stretches: PEAKS,
    reduce: byPairs,
    place: (position, k, n) => withBest(alike(position, k), n),
  });

/** WFG3: a line; distances in pairs. */
export const wfg3 = (options: WfgOptions = {}): Wfg =>
  wfg('WFG3', options, {
    shape: linear,
    reduce: byPairs,
    place: (position, k, n) => withBest(alike(position, k), n),
  });

/** WFG4: the ellipse that all further ones have, with 30 waves for every gene. */
export const wfg4 = (options: WfgOptions = {}): Wfg =>
  wfg('WFG4', options, {
    reduce: (y, k) => byMeans(y.map(multiModal), k),
    place: (position, k, n) => withBest(alike(invert(multiModal, position, BEST, 1), k), n),
  });

/** WFG5: every gene leads away from its best place but for a thousandth around it. */
export const wfg5 = (options: WfgOptions = {}): Wfg =>
  wfg('WFG5', options, {
    reduce: (y, k) => byMeans(y.map(deceptive), k),
    place: (position, k, n) => withBest(alike(invert(deceptive, position, BEST, BEST + 0.001), k), n),
  });

/** WFG6: not separable. */
export const wfg6 = (options: WfgOptions = {}): Wfg =>
  wfg('WFG6', options, {
    reduce: (y, k) => {
      shiftDistances(y, k);
      return [nonSeparable(y, 0, k), nonSeparable(y, k, y.length)];
    },
    place: (position, k, n) => withBest(alternating(position, 0, k), n),
  });

/** WFG7: what a position gene does depends on all genes behind it. */
export const wfg7 = (options: WfgOptions = {}): Wfg =>
  wfg('WFG7', options, {
    reduce: (y, k) => {
      for (let i = 0; i < k; i += 1) y[i] = (y[i] ?? 0) ** dependence(mean(y, i + 1, y.length));
      shiftDistances(y, k);
      return byMeans(y, k);
    },
    place: (position, k, n) => backwards(withBest(alike(position, k), n), 0, k),
  });

/** WFG8: where a distance gene is best depends on all genes before it. */
export const wfg8 = (options: WfgOptions = {}): Wfg =>
  wfg('WFG8', options, {
    reduce: (y, k) => {
      for (let i = y.length - 1; i >= k; i -= 1) y[i] = (y[i] ?? 0) ** dependence(mean(y, 0, i));
      shiftDistances(y, k);
      return byMeans(y, k);
    },
    place: (position, k, n) => {
      const shares = alike(position, k);
      while (shares.length < n) shares.push(BEST ** (1 / dependence(mean(shares, 0, shares.length))));
      return shares;
    },
  });

/** WFG9: what any gene does depends on all behind it; deceptive positions, waves in the distances, not separable. */
export const wfg9 = (options: WfgOptions = {}): Wfg =>
  wfg('WFG9', options, {
    reduce: (y, k) => {
      for (let i = 0; i < y.length - 1; i += 1) y[i] = (y[i] ?? 0) ** dependence(mean(y, i + 1, y.length));
      const shifted = y.map((share, i) => (i < k ? deceptive(share) : shiftMultiModal(share, 30, 95, BEST)));
      return [nonSeparable(shifted, 0, k), nonSeparable(shifted, k, y.length)];
    },
    place: (position, k, n) =>
      backwards(withBest(alternating(invert(deceptive, position, BEST, BEST + 0.001), BEST, k), n), 0, n - 1),
  });

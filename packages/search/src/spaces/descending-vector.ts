import { checkOptions } from '../check-options.js';
import { invalidOption, SearchError } from '../errors.js';
import { checkProbability } from '../operators/pick-genes.js';
import type { Random } from '../random.js';
import { crossAtPoint, moveGenes } from './descending-moves.js';

/** What a non-increasing vector may hold. */
export interface DescendingOptions {
  /** How many genes. */
  readonly length: number;
  /** The grid: genes are multiples of 1 / steps. `steps: 1` gives integers. Default: no grid. */
  readonly steps?: number;
  /** The least a gene may be. Default: one step of the grid, or 0.01 without a grid. */
  readonly lower?: number;
  /** The most a gene may be. Default 1. */
  readonly upper?: number;
  /** What mutation does to a gene: `local` moves it a step, `redraw` draws it anew between its neighbours. Default `local`. */
  readonly mutation?: 'local' | 'redraw';
  /** The probability that it does that to a gene. Default: 1 / length for `local`, 0.5 for `redraw`. */
  readonly probability?: number;
  /** What children are: the ends of one parent each and the beginnings of the other, or one child, their mean. Default `point`. */
  readonly crossover?: 'point' | 'mean';
}

/** The operators of a non-increasing vector; spread them into a problem. */
export interface DescendingVector {
  initial(random: Random): readonly number[];
  repair(genome: readonly number[]): readonly number[];
  mutate(genome: readonly number[], random: Random): readonly number[];
  crossover(a: readonly number[], b: readonly number[], random: Random): readonly (readonly number[])[];
}

/** Where genes live: `place` counts in grid units (or in plain numbers without a grid), `value` turns back. */
const scaleOf = (steps: number | undefined) =>
  steps === undefined
    ? {
        place: (value: number) => value,
        value: (place: number) => place,
        draw: (low: number, high: number, random: Random) => low + random.next() * (high - low),
        mean: (a: number, b: number) => (a + b) / 2,
      }
    : {
        place: (value: number) => Math.round(value * steps),
        value: (place: number) => place / steps,
        draw: (low: number, high: number, random: Random) => random.integer(low, high),
        mean: (a: number, b: number) => Math.ceil((a + b) / 2),
      };

/**
 * Operators over bounded vectors whose genes never increase, kept legal by construction.
 *
 * - `mutate` moves a gene, and with it the neighbours that it passes; steps of all sizes, short ones more often;
 * - `crossover` has two children, cut at one point; behind it no gene stays above the last one before it;
 * - `initial` sorts uniform draws; `repair` clamps, snaps to the grid and takes the running minimum.
 *
 * `{ mutation: 'redraw', crossover: 'mean' }` is the search of the Length-Adaptive Transformer (Kim and Cho, ACL 2021): from left to right
 * each gene is, with probability 0.5, drawn anew from the old next gene (or `lower`) to the new previous gene (or `upper`), and the one child
 * of two parents is their mean, gene by gene, rounded up to the grid. It wants `crossoverRate: 0.5, mutationRate: 0` of a search, for it
 * changes so much at once.
 *
 * On a grid genotypes repeat and the search evaluates each once.
 *
 * @throws SearchError `INVALID_OPTION` for an impossible length, range, grid or probability
 * @example
 * const genes = descendingVector({ length: 12, steps: 100, lower: 0.05 });
 */
export const descendingVector = ({
  length,
  steps,
  lower = steps === undefined ? 0.01 : 1 / steps,
  upper = 1,
  mutation = 'local',
  probability,
  crossover = 'point',
  ...others
}: DescendingOptions): DescendingVector => {
  checkOptions('descendingVector()', others, [
    'length',
    'steps',
    'lower',
    'upper',
    'mutation',
    'probability',
    'crossover',
  ]);
  checkProbability(probability);
  if (mutation !== 'local' && mutation !== 'redraw') throw invalidOption('mutation', mutation, "'local' or 'redraw'");
  if (crossover !== 'point' && crossover !== 'mean') throw invalidOption('crossover', crossover, "'point' or 'mean'");
  if (!Number.isInteger(length) || length < 1 || (steps !== undefined && !(steps > 0))) {
    throw new SearchError(
      'INVALID_OPTION',
      `length is ${length}, steps ${steps}: expected a length >= 1 and steps > 0.`,
    );
  }
  const { place, value, draw, mean } = scaleOf(steps);
  const floor = steps === undefined ? lower : Math.ceil(lower * steps - 1e-9);
  const ceiling = steps === undefined ? upper : Math.floor(upper * steps + 1e-9);
  if (!(floor <= ceiling) || !Number.isFinite(ceiling - floor)) {
    throw new SearchError(
      'INVALID_OPTION',
      `lower ${lower}, upper ${upper}: expected finite numbers, lower <= upper, with a grid value between them.`,
    );
  }
  const clamp = (at: number): number => Math.min(ceiling, Math.max(floor, at));

  const range = { low: floor, high: ceiling, whole: steps !== undefined };
  const move = (genome: readonly number[], random: Random): number[] =>
    moveGenes(genome.map(place), range, { random, probability }).map(value);
  const redraw = (genome: readonly number[], random: Random): number[] => {
    let previous = ceiling;
    return genome.map((gene, i) => {
      const next = genome[i + 1];
      const low = next === undefined ? floor : clamp(place(next));
      previous =
        random.next() < (probability ?? 0.5)
          ? draw(Math.min(low, previous), previous, random)
          : Math.min(clamp(place(gene)), previous);
      return value(previous);
    });
  };

  return {
    initial: (random) =>
      Array.from({ length }, () => draw(floor, ceiling, random))
        .sort((a, b) => b - a)
        .map(value),
    repair: (genome) => {
      let previous = ceiling;
      return genome.map((gene) => value((previous = Math.min(previous, clamp(place(gene))))));
    },
    mutate: mutation === 'local' ? move : redraw,
    crossover:
      crossover === 'point'
        ? (a, b, random) => crossAtPoint(a.map(place), b.map(place), random).map((child) => child.map(value))
        : (a, b) => [a.map((gene, i) => value(mean(place(gene), place(b[i] ?? gene))))],
  };
};

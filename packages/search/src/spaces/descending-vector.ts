import { SearchError } from '../errors.js';
import type { Random } from '../random.js';

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
  /** The probability that mutation draws a gene anew. Default 0.5. */
  readonly probability?: number;
}

/** The operators of a non-increasing vector; spread them into a problem. */
export interface DescendingVector {
  initial(random: Random): readonly number[];
  repair(genome: readonly number[]): readonly number[];
  mutate(genome: readonly number[], random: Random): readonly number[];
  crossover(a: readonly number[], b: readonly number[]): readonly (readonly number[])[];
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
 * Operators over bounded vectors whose genes never increase, made by the Length-Adaptive Transformer's search
 * (Kim and Cho, ACL 2021) and kept legal by construction.
 *
 * - `mutate` goes from left to right and with `probability` draws gene i anew, uniformly from the old next gene
 *   (or `lower`) to the new previous gene (or `upper`);
 * - `crossover` has one child, the mean of two parents, gene by gene, rounded up to the grid;
 * - `initial` sorts uniform draws; `repair` clamps, snaps to the grid and takes the running minimum.
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
  probability = 0.5,
}: DescendingOptions): DescendingVector => {
  if (!Number.isInteger(length) || length < 1 || (steps !== undefined && !(steps > 0))) {
    throw new SearchError(
      'INVALID_OPTION',
      `length is ${length}, steps ${steps}: expected a length >= 1 and steps > 0.`,
    );
  }
  const { place, value, draw, mean } = scaleOf(steps);
  const floor = steps === undefined ? lower : Math.ceil(lower * steps - 1e-9);
  const ceiling = steps === undefined ? upper : Math.floor(upper * steps + 1e-9);
  if (!(floor <= ceiling) || !(probability >= 0 && probability <= 1)) {
    throw new SearchError(
      'INVALID_OPTION',
      `lower ${lower}, upper ${upper}, probability ${probability}: expected lower <= upper with a grid value between ` +
        'them, and a probability from 0 to 1.',
    );
  }
  const clamp = (at: number): number => Math.min(ceiling, Math.max(floor, at));

  return {
    initial: (random) =>
      Array.from({ length }, () => draw(floor, ceiling, random))
        .sort((a, b) => b - a)
        .map(value),
    repair: (genome) => {
      let previous = ceiling;
      return genome.map((gene) => value((previous = Math.min(previous, clamp(place(gene))))));
    },
    mutate: (genome, random) => {
      let previous = ceiling;
      return genome.map((gene, i) => {
        const next = genome[i + 1];
        const low = next === undefined ? floor : clamp(place(next));
        previous =
          random.next() < probability
            ? draw(Math.min(low, previous), previous, random)
            : Math.min(clamp(place(gene)), previous);
        return value(previous);
      });
    },
    crossover: (a, b) => [a.map((gene, i) => value(mean(place(gene), place(b[i] ?? gene))))],
  };
};

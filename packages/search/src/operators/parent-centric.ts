import { checkOptions } from '../check-options.js';
import { invalidOption } from '../errors.js';
import type { Random } from '../random.js';
import type { Recombination } from '../space.js';
import { boundsFor, type Box } from './box.js';

/** The box, and how far children lie from their parent. */
export interface ParentCentricOptions extends Box {
  /** How many parents, 3 or more. Default 3. */
  readonly parents?: number;
  /** The standard deviation along the line from the mean of the parents, in lengths of it. Default 0.1. */
  readonly along?: number;
  /** The standard deviation across that line, in mean distances of the other parents from it. Default 0.1. */
  readonly across?: number;
}

/** A normal deviate (Box and Muller 1958). */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

/** What is left of a vector without its part along `direction`. */
const perpendicular = (vector: readonly number[], direction: readonly number[]): number[] => {
  const square = dot(direction, direction);
  const share = square > 0 ? dot(vector, direction) / square : 0;
  return vector.map((value, i) => value - share * (direction[i] ?? 0));
};

/**
 * Parent-centric crossover of real vectors, PCX (Deb, Anand and Joshi 2002): a child lies around the first of several parents, spread as
 * the parents are: along the line from their mean to it, and across that line by how far from it the others lie.
 *
 * @throws SearchError `INVALID_OPTION` for an impossible box, number of parents or deviation
 * @example
 * const { front } = await minimize({ ...zdt1(), recombine: parentCentric() }, { populationSize: 20, generations: 5 });
 */
export const parentCentric = ({
  parents = 3,
  along = 0.1,
  across = 0.1,
  ...box
}: ParentCentricOptions = {}): Recombination<readonly number[]> => {
  checkOptions('parentCentric()', box, ['parents', 'along', 'across', 'lower', 'upper']);
  if (!Number.isInteger(parents) || parents < 3) throw invalidOption('parents', parents, 'an integer >= 3');
  for (const [name, deviation] of Object.entries({ along, across }))
    if (!(deviation >= 0 && Number.isFinite(deviation))) throw invalidOption(name, deviation, 'a finite number >= 0');
  const boundsAt = boundsFor(box);
  return {
    parents,
    combine: (family, random) => {
      const [first = []] = family;
      const mean = first.map((_, i) => family.reduce((sum, parent) => sum + (parent[i] ?? 0), 0) / family.length);
      const line = first.map((gene, i) => gene - (mean[i] ?? 0));
      const distances = family.slice(1).map((parent) => {
        const off = perpendicular(
          parent.map((gene, i) => gene - (mean[i] ?? 0)),
          line,
        );
        return Math.sqrt(dot(off, off));
      });
      const width = (across * distances.reduce((sum, distance) => sum + distance, 0)) / Math.max(1, distances.length);
      const step = along * normal(random);
      const aside = perpendicular(
        first.map(() => width * normal(random)),
        line,
      );
      const { low, high } = boundsAt(first.length);
      const child = first.map((gene, i) =>
        Math.min(high[i] ?? 1, Math.max(low[i] ?? 0, gene + step * (line[i] ?? 0) + (aside[i] ?? 0))),
      );
      return [child];
    },
  };
};

import { checkOptions } from '../check-options.js';
import { SearchError } from '../errors.js';
import type { Random } from '../random.js';
import { exchange } from './exchange.js';

/**
 * Crossover of arrays of one length at cut points (Holland 1975; De Jong 1975): the parents take turns, beginning with the first,
 * and change at each cut; the sibling gets the other one's genes. All sets of cuts are equally likely; an array too short for them
 * is cut between all of its genes.
 *
 * @param options `points` is the number of cuts: 1 (the default) is one-point, 2 two-point crossover
 * @returns a crossover that gives both children
 * @throws SearchError `INVALID_OPTION` unless `points` is an integer >= 1
 * @example
 * const twoPoint = pointCrossover({ points: 2 });
 * const [child, sibling] = twoPoint([0, 0, 0, 0, 0], [1, 1, 1, 1, 1], createRandom(1));
 */
export const pointCrossover = ({ points = 1, ...others }: { readonly points?: number } = {}): (<Gene>(
  a: readonly Gene[],
  b: readonly Gene[],
  random: Random,
) => [Gene[], Gene[]]) => {
  checkOptions('pointCrossover()', others, ['points']);
  if (!Number.isInteger(points) || points < 1) {
    throw new SearchError('INVALID_OPTION', `points is ${points}: expected an integer >= 1, the number of cuts.`);
  }
  return (a, b, random) => {
    const first = a.slice();
    const second = b.slice();
    const length = first.length;
    let due = Math.min(points, length - 1);
    let turned = false;
    for (let i = 1; i < length; i += 1) {
      // Selection sampling (Knuth, TAOCP 3.4.2, algorithm S): `due` cuts are left for `length - i` places.
      if (due > 0 && random.next() * (length - i) < due) {
        due -= 1;
        turned = !turned;
      }
      if (turned) exchange(first, second, i);
    }
    return [first, second];
  };
};

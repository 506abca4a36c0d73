import { checkOptions } from '../check-options.js';
import { SearchError } from '../errors.js';
import type { Random } from '../random.js';
import { boundsFor, integerBoundsOf, type Bound } from './box.js';
import { checkProbability, pickGenes } from './pick-genes.js';

/** Where integers live and how far they creep. */
export interface CreepOptions {
  readonly lower: Bound;
  readonly upper: Bound;
  /**
   * The longest step. Default: a power of two, drawn for each step, the last of which covers the range: short steps are common, and every
   * integer is in reach.
   */
  readonly max?: number;
  /** The probability that a gene moves. Default 1 / length. */
  readonly probability?: number;
}

/** Another integer of [low, high], at most `max` away, all equally likely; the same one if there is no other. */
export const creepFrom = (
  value: number,
  { low, high, max }: { readonly low: number; readonly high: number; readonly max?: number | undefined },
  random: Random,
): number => {
  if (low === high) return low;
  const from = Math.min(high, Math.max(low, value));
  const reach = max ?? 2 ** random.integer(0, 32 - Math.clz32(high - low - 1)); // 1, 2, 4, ... until the range is covered
  const drawn = random.integer(Math.max(low, from - reach), Math.min(high, from + reach) - 1);
  return drawn < from ? drawn : drawn + 1;
};

/**
 * Creep mutation of integer vectors: each gene moves with `probability`, and at least one does. It goes 1 to `max` up or down, within
 * bounds, and never stays. Without `max` the reach is drawn from 1, 2, 4, ... until the range is covered: the
 * steps of the breeder genetic algorithm (Muehlenbein and Schlierkamp-Voosen 1993) on integers.
 *
 * @throws SearchError `INVALID_OPTION` for impossible bounds, reach or probability
 * @example
 * const mutant = creep({ lower: 0, upper: 255, max: 8 })([0, 128, 255], createRandom(1));
 */
export const creep = ({
  lower,
  upper,
  max,
  probability,
  ...others
}: CreepOptions): ((genome: readonly number[], random: Random) => number[]) => {
  checkOptions('creep()', others, ['lower', 'upper', 'max', 'probability']);
  checkProbability(probability);
  if (max !== undefined && (!Number.isInteger(max) || max < 1)) {
    throw new SearchError('INVALID_OPTION', `max is ${max}: expected an integer >= 1, the longest step.`);
  }
  const boundsAt = boundsFor({ lower, upper }, integerBoundsOf);
  return (genome, random) => {
    const bounds = boundsAt(genome.length);
    const child = genome.slice();
    for (const i of pickGenes(child.length, random, probability)) {
      const [low = 0, high = 0] = [bounds.low[i], bounds.high[i]];
      child[i] = creepFrom(child[i] ?? low, { low, high, max }, random);
    }
    return child;
  };
};

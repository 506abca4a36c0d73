import { checkOptions } from '../check-options.js';
import { integerBoundsOf } from '../operators/box.js';
import { creepFrom } from '../operators/creep.js';
import type { Space } from '../space.js';
import { nearest } from './check-genes.js';
import type { Overrides } from './overrides.js';

/** The range of an integer, and what moves in it. */
export interface IntegerOptions extends Overrides<number> {
  readonly lower: number;
  readonly upper: number;
}

/**
 * An integer from `lower` to `upper`: uniform samples; children have the genes of either parent; mutation creeps by steps of all sizes and
 * never stays, as in `creep`. For many integers of one kind `integerVector` is faster.
 *
 * @throws SearchError `INVALID_OPTION` for an impossible range; `repair` throws it for what is no number
 * @example
 * const layers = integer({ lower: 1, upper: 24 });
 */
export const integer = ({ lower, upper, crossover, mutate, ...others }: IntegerOptions): Space<number> => {
  checkOptions('integer()', others, ['lower', 'upper', 'crossover', 'mutate']);
  integerBoundsOf({ lower, upper }, 1);
  const range = { low: lower, high: upper };
  return {
    initial: (random) => random.integer(lower, upper),
    crossover: crossover ?? ((a, b, random) => (random.next() < 0.5 ? [a, b] : [b, a])),
    mutate: mutate ?? ((gene, random) => creepFrom(gene, range, random)),
    repair: (gene) => Math.round(nearest(gene, lower, upper)),
    key: String,
  };
};

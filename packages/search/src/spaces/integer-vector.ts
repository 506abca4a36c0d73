import { checkOptions } from '../check-options.js';
import { integerBoundsOf, type Bound } from '../operators/box.js';
import { creep } from '../operators/creep.js';
import { pointCrossover } from '../operators/point-crossover.js';
import { uniformCrossover } from '../operators/uniform-crossover.js';
import type { Space } from '../space.js';
import { checkGenes, checkLength, nearest } from './check-genes.js';
import { integerKey } from './integer-key.js';
import type { Overrides } from './overrides.js';
import { vectorIdentity } from './vector-identity.js';

/** The bounds, and what moves between them. */
export interface IntegerVectorOptions extends Overrides<readonly number[]> {
  /** How many genes. */
  readonly length: number;
  /** The least integer, of all genes or of each. */
  readonly lower: Bound;
  /** The greatest integer, of all genes or of each. */
  readonly upper: Bound;
}

/**
 * Vectors of integers: uniform samples, `uniformCrossover`, and `creep` with steps of all sizes. Bits are integers from 0 to 1; they are
 * crossed at three points, which keeps neighbours together.
 *
 * @throws SearchError `INVALID_OPTION` for an impossible length or bounds; `repair` throws it for a genome that is none
 * @example
 * const widths = integerVector({ length: 12, lower: 1, upper: 1024 });
 * const bits = integerVector({ length: 100, lower: 0, upper: 1 });
 */
export const integerVector = ({
  length,
  lower,
  upper,
  crossover,
  mutate = creep({ lower, upper }),
  ...others
}: IntegerVectorOptions): Space<readonly number[]> => {
  checkOptions('integerVector()', others, ['length', 'lower', 'upper', 'crossover', 'mutate']);
  checkLength(length);
  const bounds = integerBoundsOf({ lower, upper }, length);
  const { low, high } = bounds;
  const areBits = low.every((least, i) => (high[i] ?? 0) - least <= 1);

  const isLegal = (gene: number, i: number): boolean =>
    Number.isInteger(gene) && gene >= (low[i] ?? 0) && gene <= (high[i] ?? 0);

  return {
    initial: (random) => Array.from({ length }, (_, i) => random.integer(low[i] ?? 0, high[i] ?? 0)),
    crossover: crossover ?? (areBits ? pointCrossover({ points: 3 }) : uniformCrossover()),
    mutate,
    repair: (genome) => {
      checkGenes(genome, length);
      if (genome.every(isLegal)) return genome;
      return genome.map((gene, i) => Math.round(nearest(gene, low[i] ?? 0, high[i] ?? 0)));
    },
    key: integerKey(bounds),
    identity: vectorIdentity,
  };
};

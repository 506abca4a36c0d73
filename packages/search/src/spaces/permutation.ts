import { checkOptions } from '../check-options.js';
import { edgeRecombination } from '../operators/edge-recombination.js';
import { inversion } from '../operators/inversion.js';
import type { Space } from '../space.js';
import { checkGenes, checkLength } from './check-genes.js';
import { integerKey } from './integer-key.js';
import type { Overrides } from './overrides.js';
import { vectorIdentity } from './vector-identity.js';

/**
 * Orders of the integers from 0 to `length` - 1: uniform samples, edge recombination, an inversion as mutation, as befits tours, where
 * neighbours count. Where places count, as of priorities, take `orderCrossover` and `swap`. `repair` keeps the first of equal genes and
 * puts what is missing, least first, in place of the others.
 *
 * @throws SearchError `INVALID_OPTION` for an impossible length; `repair` throws it for a genome of another length
 * @example
 * const tour = permutation(20);
 * const priorities = permutation(20, { crossover: orderCrossover(), mutate: swap() });
 */
export const permutation = (
  length: number,
  { crossover = edgeRecombination(), mutate = inversion(), ...others }: Overrides<readonly number[]> = {},
): Space<readonly number[]> => {
  checkOptions('permutation()', others, ['crossover', 'mutate']);
  checkLength(length);
  const positions = new Float64Array(length);
  const seen = new Uint8Array(length);

  /** Notes what a genome holds; tells whether that is everything. */
  const isWhole = (genome: readonly number[]): boolean => {
    seen.fill(0);
    let different = 0;
    for (let i = 0; i < length; i += 1) {
      const gene = genome[i] ?? -1;
      if (seen[gene] !== 0) continue; // there already, or undefined: no such place
      seen[gene] = 1;
      different += 1;
    }
    return different === length;
  };

  return {
    initial: (random) => {
      const genome = Array.from({ length }, (_, i) => i);
      for (let i = length - 1; i > 0; i -= 1) {
        const j = random.integer(0, i);
        const held = genome[i] ?? 0;
        genome[i] = genome[j] ?? 0;
        genome[j] = held;
      }
      return genome;
    },
    crossover,
    mutate,
    repair: (genome) => {
      checkGenes(genome, length);
      if (isWhole(genome)) return genome;
      const missing = [...positions.keys()].filter((gene) => seen[gene] === 0);
      const placed = new Set<number>();
      let next = 0;
      return genome.map((gene) => {
        if (seen[gene] !== 1 || placed.has(gene)) return missing[next++] ?? 0;
        placed.add(gene);
        return gene;
      });
    },
    key: integerKey({ low: positions, high: positions.map(() => length - 1) }),
    identity: vectorIdentity,
  };
};

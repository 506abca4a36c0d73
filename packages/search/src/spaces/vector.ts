import type { Space } from '../space.js';
import { checkGenes, checkLength } from './check-genes.js';
import { compose } from './compose.js';
import type { Overrides } from './overrides.js';

/**
 * `length` genes of one space. Children take each gene from the space's own crossover; each gene mutates with probability 1 / length,
 * and at least one does. For plain numbers `realVector` and `integerVector` do the same, faster.
 *
 * @throws SearchError `INVALID_OPTION` for an impossible length or no space; `repair` throws it for a genome that is none
 * @example
 * const layer = record({ width: integer({ lower: 1, upper: 512 }), activation: choice(['relu', 'gelu']) });
 * const network = vector(layer, 4, { crossover: uniformCrossover() }); // layers are inherited whole
 */
export const vector = <Gene>(
  space: Space<Gene>,
  length: number,
  overrides: Overrides<readonly Gene[]> = {},
): Space<readonly Gene[]> => {
  checkLength(length);
  const genes = compose<readonly Gene[]>(
    Array.from({ length }, () => ['the space of a vector', space]),
    { read: (genome, i) => genome[i], build: (list) => list as readonly Gene[] },
    overrides,
  );
  return {
    ...genes,
    repair: (genome) => {
      checkGenes(genome, length);
      return genes.repair(genome);
    },
  };
};

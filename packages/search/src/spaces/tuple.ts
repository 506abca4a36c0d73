import type { GenomeOf, Space } from '../space.js';
import { checkGenes } from './check-genes.js';
import { compose } from './compose.js';

/** The genomes of some spaces, in their order. */
export type TupleOf<Spaces extends readonly Space<unknown>[]> = { readonly [I in keyof Spaces]: GenomeOf<Spaces[I]> };

/**
 * A fixed number of genes, each of its own space. Children take each gene from that gene's own crossover; each gene mutates with
 * probability 1 / n, and at least one does. For operators of your own spread it: `{ ...tuple(a, b), mutate }`.
 *
 * @throws SearchError `INVALID_OPTION` for no spaces; `repair` throws it for a genome that is none
 * @example
 * const point = tuple(real({ lower: 0, upper: 1 }), choice(['on', 'off'])); // readonly [number, 'on' | 'off']
 */
export const tuple = <const Spaces extends readonly Space<unknown>[]>(...spaces: Spaces): Space<TupleOf<Spaces>> => {
  const length = spaces.length;
  const genes = compose<TupleOf<Spaces>>(
    spaces.map((space, i) => [`space ${i} of a tuple`, space]),
    { read: (genome, i) => genome[i], build: (list) => list as TupleOf<Spaces> },
    {},
  );
  return {
    ...genes,
    repair: (genome) => {
      checkGenes(genome, length);
      return genes.repair(genome);
    },
  };
};

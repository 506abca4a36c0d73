import { checkOptions } from '../check-options.js';
import { SearchError } from '../errors.js';
import { pickGenes } from '../operators/pick-genes.js';
import type { Space } from '../space.js';
import type { Overrides } from './overrides.js';

/** How a genome holds its genes. */
export interface Shape<Genome> {
  /** Gene `i` of a genome. */
  read(genome: Genome, i: number): unknown;
  build(genes: readonly unknown[]): Genome;
}

/** @throws SearchError `INVALID_OPTION` unless the space called `name` has operators */
const checkSpace = (space: unknown, name: string): void => {
  const { initial, crossover, mutate } = Object(space) as Partial<Space<unknown>>;
  if ([initial, crossover, mutate].some((operator) => typeof operator !== 'function')) {
    throw new SearchError(
      'INVALID_OPTION',
      `${name} is ${JSON.stringify(space)}: expected a space, as in real({ lower: 0, upper: 1 }).`,
    );
  }
};

/**
 * A space of spaces. Children take each gene from that gene's own crossover, the first child the first and so on: nested spaces are
 * crossed as one flat space is. Mutation mutates each gene by its own mutation with probability 1 / n, and at least one; repair and
 * key go gene by gene.
 *
 * @param named the spaces with what to call them in messages
 */
export const compose = <Genome>(
  named: readonly (readonly [name: string, space: Space<unknown>])[],
  { read, build }: Shape<Genome>,
  { crossover, mutate, ...others }: Overrides<Genome>,
): Space<Genome> & Required<Pick<Space<Genome>, 'repair' | 'key'>> => {
  checkOptions('a space of spaces', others, ['crossover', 'mutate']);
  if (named.length === 0) {
    const mend = 'expected at least one, as in record({ x: real({ lower: 0, upper: 1 }) }).';
    throw new SearchError('INVALID_OPTION', `a space of no spaces: ${mend}`);
  }
  for (const [name, space] of named) checkSpace(space, name);
  const spaces = named.map(([, space]) => space);
  const genesOf = (genome: Genome): unknown[] => spaces.map((_, i) => read(genome, i));

  return {
    initial: (random, index) => build(spaces.map((space) => space.initial(random, index))),
    crossover:
      crossover ??
      ((a, b, random) => {
        const crossed = spaces.map((space, i) => space.crossover(read(a, i), read(b, i), random));
        const children = crossed.reduce((most, genes) => Math.max(most, genes.length), 0);
        return Array.from({ length: children }, (_, child) =>
          build(crossed.map((genes) => genes[child % genes.length])),
        );
      }),
    mutate:
      mutate ??
      ((genome, random) => {
        const genes = genesOf(genome);
        for (const i of pickGenes(genes.length, random)) genes[i] = spaces[i]?.mutate(genes[i], random);
        return build(genes);
      }),
    repair: (genome) => {
      const repaired = genesOf(genome);
      let changed = false;
      spaces.forEach((space, i) => {
        if (!space.repair) return;
        const gene = space.repair(repaired[i]);
        if (gene === repaired[i]) return;
        repaired[i] = gene;
        changed = true;
      });
      return changed ? build(repaired) : genome;
    },
    key: (genome) => {
      let key = '';
      spaces.forEach((space, i) => {
        const gene = read(genome, i);
        const own = space.key ? space.key(gene) : JSON.stringify(gene);
        key += `${own.length}:${own}`; // the length keeps neighbours apart
      });
      return key;
    },
  };
};

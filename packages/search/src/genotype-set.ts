import type { Space } from './space.js';

/** A set of genotypes. */
export interface GenotypeSet<Genome> {
  has(genome: Genome): boolean;
  /** @returns false if it was there already */
  add(genome: Genome): boolean;
}

/** The key of a genotype. */
export const keyOf = <Genome>(space: Pick<Space<Genome>, 'key'>, genome: Genome): string =>
  space.key ? space.key(genome) : JSON.stringify(genome);

const byKey = <Genome>(space: Pick<Space<Genome>, 'key'>): GenotypeSet<Genome> => {
  const keys = new Set<string>();
  return {
    has: (genome) => keys.has(keyOf(space, genome)),
    add: (genome) => keys.size < keys.add(keyOf(space, genome)).size,
  };
};

/** A hash table with open addressing and linear probing, at most half full; slots hold positions in `genomes`, from 1. */
const byIdentity = <Genome>({ hash, same }: NonNullable<Space<Genome>['identity']>): GenotypeSet<Genome> => {
  const genomes: Genome[] = [];
  let hashes = new Int32Array(512);
  let slots = new Int32Array(1024);

  /** The slot where a genotype is, or would be. */
  const find = (genome: Genome, code: number): number => {
    let slot = code & (slots.length - 1);
    for (;;) {
      const at = (slots[slot] ?? 0) - 1;
      if (at < 0 || (hashes[at] === code && same(genomes[at] as Genome, genome))) return slot;
      slot = (slot + 1) & (slots.length - 1);
    }
  };

  const grow = (): void => {
    const longer = new Int32Array(2 * hashes.length);
    longer.set(hashes);
    hashes = longer;
    slots = new Int32Array(2 * slots.length);
    for (let at = 0; at < genomes.length; at += 1) {
      let slot = (hashes[at] ?? 0) & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = at + 1;
    }
  };

  return {
    has: (genome) => slots[find(genome, hash(genome) | 0)] !== 0,
    add: (genome) => {
      const code = hash(genome) | 0;
      const slot = find(genome, code);
      if (slots[slot] !== 0) return false;
      hashes[genomes.length] = code;
      slots[slot] = genomes.push(genome);
      if (genomes.length === hashes.length) grow();
      return true;
    },
  };
};

/** An empty set for the genotypes of a space: by its `identity` if it has one, else by its keys. */
export const createGenotypeSet = <Genome>(space: Pick<Space<Genome>, 'key' | 'identity'>): GenotypeSet<Genome> =>
  space.identity ? byIdentity(space.identity) : byKey(space);

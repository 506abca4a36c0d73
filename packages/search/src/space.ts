import type { Random } from './random.js';

/** Makes children of two parents, one or more; changes neither parent. */
export type Crossover<Genome> = (a: Genome, b: Genome, random: Random) => readonly Genome[];

/** Makes children of as many parents as it wants, one or more children; changes no parent. */
export interface Recombination<Genome> {
  /** How many parents it wants, 2 or more; a population that is smaller hands some of them in twice. */
  readonly parents: number;
  combine(parents: readonly Genome[], random: Random): readonly Genome[];
}

/** Makes a changed copy. */
export type Mutation<Genome> = (genome: Genome, random: Random) => Genome;

/**
 * A space of genomes with the operators that move in it. Every choice must come from the `random` that is handed in: then
 * the same seed gives the same search.
 */
export interface Space<Genome> {
  /** A random genome; `index` counts the calls. */
  initial(random: Random, index: number): Genome;
  /** Children of two parents, one or more: where there are two, what one takes of the first parent the other takes of the second. */
  crossover(a: Genome, b: Genome, random: Random): readonly Genome[];
  /** Makes children of more than two parents; a search breeds by it in place of `crossover`. */
  readonly recombine?: Recombination<Genome> | undefined;
  /** A changed copy. */
  mutate(genome: Genome, random: Random): Genome;
  /** The nearest legal genome; applied to seeds, samples and children. Default: all are legal. */
  repair?(genome: Genome): Genome;
  /** Two genomes with one key are one genotype and are evaluated once. Default: `JSON.stringify`. */
  key?(genome: Genome): string;
  /**
   * Tells genotypes apart without the strings, for spaces that are searched very fast; it is what counts then, and must agree with `key`:
   * with a key of your own over that of a space, set `identity: undefined`.
   */
  readonly identity?:
    | undefined
    | {
        /** 32 bits that are equal for genomes of one genotype. */
        hash(genome: Genome): number;
        /** Are these one genotype? */
        same(a: Genome, b: Genome): boolean;
      };
}

/** The genomes of a space: `GenomeOf<typeof space>`. */
export type GenomeOf<S> = S extends Space<infer Genome> ? Genome : never;

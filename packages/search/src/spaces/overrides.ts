import type { Crossover, Mutation } from '../space.js';

/** Operators of your own in place of those a space comes with. */
export interface Overrides<Genome> {
  readonly crossover?: Crossover<Genome>;
  readonly mutate?: Mutation<Genome>;
}

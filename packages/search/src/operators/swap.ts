import type { Random } from '../random.js';

/**
 * Mutation that exchanges two positions, chosen at random: a permutation stays one. An array of less than two genes is only copied.
 *
 * @example
 * const mutant = swap()(['a', 'b', 'c', 'd'], createRandom(1));
 */
export const swap = (): (<Gene>(genome: readonly Gene[], random: Random) => Gene[]) => (genome, random) => {
  const child = genome.slice();
  if (child.length < 2) return child;
  const i = random.integer(0, child.length - 1);
  const other = random.integer(0, child.length - 2);
  const j = other < i ? other : other + 1;
  child[i] = genome[j] as (typeof genome)[number];
  child[j] = genome[i] as (typeof genome)[number];
  return child;
};

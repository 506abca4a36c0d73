import type { Random } from '../random.js';

/**
 * Mutation that turns a random stretch of an array round (Holland 1975): a permutation stays one. In a tour it replaces two edges and
 * keeps all others, which makes it the 2-opt move. An array of less than two genes is only copied.
 *
 * @example
 * const mutant = inversion()(['a', 'b', 'c', 'd'], createRandom(1));
 */
export const inversion = (): (<Gene>(genome: readonly Gene[], random: Random) => Gene[]) => (genome, random) => {
  const child = genome.slice();
  if (child.length < 2) return child;
  const one = random.integer(0, child.length - 1);
  const drawn = random.integer(0, child.length - 2);
  const other = drawn < one ? drawn : drawn + 1;
  const [start, end] = [Math.min(one, other), Math.max(one, other)];
  for (let i = start; i <= end; i += 1) child[i] = genome[start + end - i] as (typeof genome)[number];
  return child;
};

import { checkOptions } from '../check-options.js';
import type { Random } from '../random.js';
import { checkProbability, pickGenes } from './pick-genes.js';

/**
 * Mutation that draws genes anew: each with `probability`, and at least one.
 *
 * @param draw gives a value for a gene; it may be the old one
 * @param options `probability` that a gene is drawn anew, default 1 / length
 * @throws SearchError `INVALID_OPTION` for an impossible probability
 * @example
 * const mutate = reset((random) => random.integer(1, 6));
 * const mutant = mutate([6, 6, 6], createRandom(1));
 */
export const reset = <Gene>(
  draw: (random: Random, gene: number) => Gene,
  { probability, ...others }: { readonly probability?: number } = {},
): ((genome: readonly Gene[], random: Random) => Gene[]) => {
  checkOptions('reset()', others, ['probability']);
  checkProbability(probability);
  return (genome, random) => {
    const child = genome.slice();
    for (const i of pickGenes(child.length, random, probability)) child[i] = draw(random, i);
    return child;
  };
};

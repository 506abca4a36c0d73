import { checkOptions } from '../check-options.js';
import type { Random } from '../random.js';
import { exchange } from './exchange.js';
import { checkProbability } from './pick-genes.js';

/**
 * Uniform crossover of arrays of one length (Syswerda 1989): each gene comes from either parent, and its sibling gets the other one.
 *
 * @param options `probability` that a gene of the first child comes from the second parent, default 0.5
 * @returns a crossover that gives both children
 * @throws SearchError `INVALID_OPTION` for an impossible probability
 * @example
 * const [child, sibling] = uniformCrossover()(['a', 'b', 'c'], ['x', 'y', 'z'], createRandom(1));
 */
export const uniformCrossover = ({ probability = 0.5, ...others }: { readonly probability?: number } = {}): (<Gene>(
  a: readonly Gene[],
  b: readonly Gene[],
  random: Random,
) => [Gene[], Gene[]]) => {
  checkOptions('uniformCrossover()', others, ['probability']);
  checkProbability(probability);
  return (a, b, random) => {
    const first = a.slice();
    const second = b.slice();
    for (let i = 0; i < first.length; i += 1) if (random.next() < probability) exchange(first, second, i);
    return [first, second];
  };
};

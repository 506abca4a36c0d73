import type { Random } from '../random.js';

/** The genes of `keeper` from `start` up to `end`; the others in the order of `giver`, from `end` on and round. */
const fill = <Gene>(
  keeper: readonly Gene[],
  giver: readonly Gene[],
  [start, end]: readonly [number, number],
): Gene[] => {
  const child = keeper.slice();
  const length = child.length;
  const kept = new Set(keeper.slice(start, end));
  let place = end % length;
  for (let i = 0; i < length; i += 1) {
    const gene = giver[(end + i) % length] as Gene;
    if (kept.has(gene)) continue;
    child[place] = gene;
    place = (place + 1) % length;
  }
  return child;
};

/**
 * Order crossover of permutations, OX1 (Davis 1985): a random stretch of one parent stays where it is, the rest comes in the order of
 * the other parent, from the end of the stretch on and round. Works for arrays of any distinct values.
 *
 * @returns a crossover that gives both children: each parent keeps its stretch once
 * @example
 * const [child, sibling] = orderCrossover()(['a', 'b', 'c', 'd'], ['d', 'c', 'b', 'a'], createRandom(1));
 */
export const orderCrossover =
  (): (<Gene>(a: readonly Gene[], b: readonly Gene[], random: Random) => [Gene[], Gene[]]) => (a, b, random) => {
    if (a.length < 2) return [a.slice(), b.slice()];
    const one = random.integer(0, a.length - 1);
    const other = random.integer(0, a.length - 1);
    const stretch = [Math.min(one, other), Math.max(one, other) + 1] as const;
    return [fill(a, b, stretch), fill(b, a, stretch)];
  };

import type { Random } from '../random.js';

/** The neighbours of each gene in both parents, taken as rings; one in both stands once. */
const edgesOf = <Gene>(parents: readonly (readonly Gene[])[]): Map<Gene, Set<Gene>> => {
  const edges = new Map<Gene, Set<Gene>>();
  for (const parent of parents) {
    const length = parent.length;
    for (let i = 0; i < length; i += 1) {
      const gene = parent[i] as Gene;
      const own = edges.get(gene) ?? new Set<Gene>();
      edges.set(gene, own.add(parent[(i + 1) % length] as Gene).add(parent[(i + length - 1) % length] as Gene));
    }
  }
  return edges;
};

/** Of some genes those with the fewest neighbours left; a coin decides. */
const loneliest = <Gene>(genes: Iterable<Gene>, edges: ReadonlyMap<Gene, ReadonlySet<Gene>>, random: Random): Gene => {
  let fewest = Infinity;
  let best: Gene[] = [];
  for (const gene of genes) {
    const count = edges.get(gene)?.size ?? 0;
    if (count < fewest) [fewest, best] = [count, [gene]];
    else if (count === fewest) best.push(gene);
  }
  return best[best.length === 1 ? 0 : random.integer(0, best.length - 1)] as Gene;
};

/** A child from `first` on: always to the neighbour with the fewest neighbours left, anywhere where there is none. */
const walk = <Gene>(parents: readonly (readonly Gene[])[], first: Gene, random: Random): Gene[] => {
  const edges = edgesOf(parents);
  const left = new Set(parents[0]);
  const child: Gene[] = [];
  for (let gene = first; ;) {
    child.push(gene);
    left.delete(gene);
    if (left.size === 0) return child;
    const near = edges.get(gene) ?? new Set<Gene>();
    for (const neighbour of near) edges.get(neighbour)?.delete(gene);
    gene = near.size > 0 ? loneliest(near, edges, random) : ([...left][random.integer(0, left.size - 1)] as Gene);
  }
};

/**
 * Edge recombination of permutations (Whitley, Starkweather and Fuquay 1989): children are made of edges of their parents, where what
 * counts is which genes are neighbours, as in a tour. Works for arrays of any distinct values.
 *
 * @returns a crossover that gives two children, one from the first gene of each parent on
 * @example
 * const [child, sibling] = edgeRecombination()(['a', 'b', 'c', 'd'], ['d', 'b', 'a', 'c'], createRandom(1));
 */
export const edgeRecombination =
  (): (<Gene>(a: readonly Gene[], b: readonly Gene[], random: Random) => [Gene[], Gene[]]) => (a, b, random) => {
    if (a.length < 2) return [a.slice(), b.slice()];
    const parents = [a, b];
    return [walk(parents, a[0] as (typeof a)[number], random), walk(parents, b[0] as (typeof b)[number], random)];
  };

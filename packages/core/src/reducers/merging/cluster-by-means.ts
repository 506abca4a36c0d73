/**
 * Weighted K-means of the directions of tokens, out of their cosines alone: a token of direction x is as far from the mean c of a cluster as
 * 1 - 2 x.c + c.c, and both products are weighted sums of cosines.
 */
import type { EncoderOps } from '../../encoder/encoder-ops.js';
import type { EngineTypes } from '../../encoder/engine-types.js';
import type { MergedAt } from '../../encoder/merge.js';

/** What tokens are clustered by. */
export interface Clustering<E extends EngineTypes> {
  /** The cosines of all pairs. */
  readonly cosines: E['pairs'];
  /** Whether the second of a pair is one of the first centres, and one that the first may go to. */
  readonly mayGoTo: E['flags'];
  /** What each token counts in the mean of its cluster. 0 or more. */
  readonly weights: E['scores'];
  /** How often means are taken. */
  readonly rounds: number;
}

export interface Clusters<E extends EngineTypes> {
  /** The token of each cluster that is nearest to its mean; a token that is alone is its own. */
  readonly centres: E['flags'];
  /** Of each token the one that is nearest to the mean of its cluster. */
  readonly standsFor: E['scores'];
}

/** Farther than any distance. */
const nowhere = -1e9;

/** Every token counts in the mean of its cluster. */
const leastWeight = 1e-9;

/** A cluster is named by the slot of its first centre; one that has lost all its tokens stays where that token is. */
export const clusterByMeans = <E extends EngineTypes>(
  { numbers: n }: EncoderOps<E>,
  { tokens }: MergedAt<E>,
  { cosines, mayGoTo, weights: given, rounds }: Clustering<E>,
): Clusters<E> => {
  const slots = n.slots(tokens);
  const isReal = n.less(0, n.sizes(tokens));
  const isOrdinary = n.less(0, n.segments(tokens));
  const weights = n.choose(isReal, n.add(given, leastWeight), 0);
  const itself = n.ofPairs(n.equal(n.first(slots), n.second(slots)));
  const alone = n.subtract(n.multiply(slots, -1), 1); // no slot

  const assign = (nearness: E['pairs']) => {
    const { value, at } = n.best(n.choose(mayGoTo, nearness, nowhere));
    const found = n.both(n.less(nowhere / 2, value), isOrdinary);
    return { cluster: n.choose(found, at, alone), nearness: n.choose(found, value, 0) };
  };

  let assigned = assign(cosines);
  for (let round = 0; round < rounds; round++) {
    const member = n.ofPairs(n.equal(n.first(assigned.cluster), n.second(slots))); // token, cluster
    const memberOf = n.ofPairs(n.equal(n.first(slots), n.second(assigned.cluster))); // cluster, token
    const mass = n.sum(n.multiply(memberOf, n.second(weights)));
    const isEmpty = n.less(mass, leastWeight / 2);
    const perMass = n.divide(1, n.larger(mass, leastWeight / 2));
    const shares = n.choose(
      n.less(n.second(mass), leastWeight / 2),
      itself,
      n.multiply(n.multiply(member, n.first(weights)), n.second(perMass)),
    );
    const products = n.product(cosines, shares); // x.c of token, cluster
    const own = n.sum(n.multiply(products, member));
    const length = n.choose(
      isEmpty,
      1,
      n.multiply(n.sum(n.multiply(memberOf, n.second(n.multiply(weights, own)))), perMass),
    ); // c.c of cluster
    assigned = assign(n.subtract(n.multiply(products, 2), n.second(length)));
  }
  const { cluster, nearness } = assigned;
  const together = n.equal(n.first(cluster), n.second(cluster));
  const { at: standsFor } = n.best(n.choose(together, n.second(nearness), nowhere));
  return { standsFor, centres: n.both(n.equal(standsFor, slots), isReal) };
};

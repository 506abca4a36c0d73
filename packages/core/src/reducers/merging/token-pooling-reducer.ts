import type { EncoderOps } from '../../encoder/encoder-ops.js';
import type { EngineTypes } from '../../encoder/engine-types.js';
import type { Matching, MergedAt } from '../../encoder/merge.js';
import type { Reducer } from '../reducer.js';
import { clusterByMeans } from './cluster-by-means.js';
import { mergingDefinition, unmergeChoices } from './merging-definition.js';
import type { LikenessOf, LikenessSettings } from './partners.js';
import { bestOfSegments, forbidden, intoLikest, likenessChoices, likenessOf, mayJoin, withTiers } from './partners.js';

/** What `token-pooling` may be told. */
export interface TokenPoolingSettings extends LikenessSettings {
  /** What tokens gather around: the member of each cluster that is nearest to the others, or the mean of all. Default `medoids`. */
  readonly centres?: 'medoids' | 'means';
}

/** Rounds of assigning tokens to centres and choosing centres anew. */
const rounds = 3;

/** No distance is as large. */
const farthest = 1e9;

interface TokenPoolingOptions {
  readonly likeness: LikenessOf;
  readonly centres: 'medoids' | 'means';
}

const match = <E extends EngineTypes>(
  ops: EncoderOps<E>,
  at: MergedAt<E>,
  { likeness: of, centres: kind }: TokenPoolingOptions,
): Matching<E> => {
  const { numbers: n } = ops;
  const { attended, tokens, step } = at;
  const significance = n.constant(ops.received(attended, tokens));
  const allowed = mayJoin(ops, at);
  const cosines = likenessOf(ops, at, of);
  const likeness = n.choose(allowed, cosines, forbidden);
  const [slots, sizes] = [n.slots(tokens), n.sizes(tokens)];
  const ordinary = n.less(0, n.segments(tokens));
  const tiers = (scores: E['scores'], best: E['flags']): E['scores'] =>
    withTiers(ops, n.segments(at.tokens), scores, best);
  const scoresOf = (centres: E['flags']): E['scores'] => {
    const order = n.add(n.multiply(n.ofSlots(centres), farthest / 1e4), significance);
    return tiers(order, bestOfSegments(ops, at, allowed, order));
  };
  const seeds = (): E['flags'] =>
    ops.stays(ops.keep(tiers(significance, bestOfSegments(ops, at, allowed, significance)), step, tokens), step);

  if (kind === 'means') {
    const { centres, standsFor } = clusterByMeans(ops, at, {
      cosines,
      mayGoTo: n.both(allowed, n.less(0, n.second(n.ofSlots(seeds())))),
      weights: significance,
      rounds,
    });
    return {
      scores: scoresOf(centres),
      destinations: (stays) => {
        // A prior may have had the one leave that stands for a cluster.
        const { into, found } = intoLikest(ops, likeness, stays);
        return { into: n.choose(n.less(0, n.at(n.ofSlots(stays), standsFor)), standsFor, into), found };
      },
    };
  }

  const distance = n.multiply(n.subtract(likeness, 1), n.multiply(n.second(n.larger(significance, 0)), -1));
  let centres = seeds();
  for (let round = 0; round < rounds; round++) {
    const { into, found } = intoLikest(ops, likeness, centres);
    // What has no centre is alone, and so are separators: they merge with nobody while others can.
    const cluster = n.choose(n.both(found, ordinary), into, n.subtract(n.multiply(slots, -1), 1));
    const together = n.equal(n.first(cluster), n.second(cluster));
    const costs = n.sum(n.choose(together, distance, 0));
    const { at: medoid } = n.best(n.choose(together, n.multiply(n.second(costs), -1), -farthest));
    centres = n.both(n.equal(medoid, slots), n.less(0, sizes));
  }
  return { scores: scoresOf(centres), destinations: (stays) => intoLikest(ops, likeness, stays) };
};

/**
 * Token Pooling's reducer (Marin et al. 2023): weighted K-medoids or K-means. The tokens that receive the most attention are the first centres; three
 * times each token goes to the nearest centre, and the centre becomes the member whose distances to the others, weighed by the attention that
 * those receive, have the least sum; or the mean of the members, weighed by the attention that they receive. Of each cluster the mean remains.
 */
export const tokenPoolingDefinition = /* @__PURE__ */ mergingDefinition({
  name: 'token-pooling',
  choices: { likeness: likenessChoices, unmerge: unmergeChoices, centres: ['medoids', 'means'] },
  later: ['centres'],
  create: ({ likeness, unmerge, centres }) => ({
    unmerge,
    proportional: true,
    match: (ops, at) => match(ops, at, { likeness, centres }),
  }),
});

/** The same by its settings. Default: medoids, the likeness of states, and tokens return with what they went into. */
export const tokenPoolingReducer = (settings?: TokenPoolingSettings): Reducer =>
  tokenPoolingDefinition.reducer(settings);

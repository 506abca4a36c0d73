import type { EncoderOps } from '../../encoder/encoder-ops.js';
import type { EngineTypes } from '../../encoder/engine-types.js';
import type { Matching, MergedAt } from '../../encoder/merge.js';
import type { Reducer } from '../reducer.js';
import { mergingDefinition, unmergeChoices } from './merging-definition.js';
import type { LikenessOf, LikenessSettings } from './partners.js';
import { bestOfSegments, forbidden, intoLikest, likenessChoices, likenessOf, mayJoin, withTiers } from './partners.js';

/** Rounds of assigning tokens to centres and choosing centres anew. */
const rounds = 3;

/** No distance is as large. */
const farthest = 1e9;

const match = <E extends EngineTypes>(ops: EncoderOps<E>, at: MergedAt<E>, of: LikenessOf): Matching<E> => {
  const { numbers: n } = ops;
  const { attended, tokens, step } = at;
  const significance = n.constant(ops.received(attended, tokens));
  const allowed = mayJoin(ops, at);
  const likeness = n.choose(allowed, likenessOf(ops, at, of), forbidden);
  const [slots, sizes] = [n.slots(tokens), n.sizes(tokens)];
  const ordinary = n.less(0, n.segments(tokens));
  const distance = n.multiply(n.subtract(likeness, 1), n.multiply(n.second(n.larger(significance, 0)), -1));
  const tiers = (scores: E['scores'], best: E['flags']): E['scores'] =>
    withTiers(ops, n.segments(at.tokens), scores, best);

  const seeds = tiers(significance, bestOfSegments(ops, at, allowed, significance));
  let centres = ops.stays(ops.keep(seeds, step, tokens), step);
  for (let round = 0; round < rounds; round++) {
    const { into, found } = intoLikest(ops, likeness, centres);
    // What has no centre is alone, and so are separators: they merge with nobody while others can.
    const cluster = n.choose(n.both(found, ordinary), into, n.subtract(n.multiply(slots, -1), 1));
    const together = n.equal(n.first(cluster), n.second(cluster));
    const costs = n.sum(n.choose(together, distance, 0));
    const { at: medoid } = n.best(n.choose(together, n.multiply(n.second(costs), -1), -farthest));
    centres = n.both(n.equal(medoid, slots), n.less(0, sizes));
  }
  const order = n.add(n.multiply(n.ofSlots(centres), farthest / 1e4), significance);
  return {
    scores: tiers(order, bestOfSegments(ops, at, allowed, order)),
    destinations: (stays) => intoLikest(ops, likeness, stays),
  };
};

/**
 * Token Pooling's reducer (Marin et al. 2023): weighted K-medoids. The tokens that receive the most attention are the first centres; three times
 * each token goes to the likest centre, and the member whose distances to the others, weighed by the attention that those receive, have the
 * least sum becomes the centre. Of each cluster the mean remains.
 */
export const tokenPoolingDefinition = /* @__PURE__ */ mergingDefinition({
  name: 'token-pooling',
  choices: { likeness: likenessChoices, unmerge: unmergeChoices },
  create: ({ likeness, unmerge }) => ({
    unmerge,
    proportional: true,
    match: (ops, at) => match(ops, at, likeness),
  }),
});

/** The same by its settings. Default: the likeness of states, and tokens return with what they went into. */
export const tokenPoolingReducer = (settings?: LikenessSettings): Reducer => tokenPoolingDefinition.reducer(settings);

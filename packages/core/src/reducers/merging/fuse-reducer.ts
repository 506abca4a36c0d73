import type { EncoderOps } from '../../encoder/encoder-ops.js';
import type { EngineTypes } from '../../encoder/engine-types.js';
import type { Matching, MergedAt } from '../../encoder/merge.js';
import type { Reducer } from '../reducer.js';
import { mergingDefinition, unmergeChoices } from './merging-definition.js';
import type { LikenessOf, LikenessSettings } from './partners.js';
import { bestOfSegments, forbidden, intoLikest, likenessChoices, likenessOf, mayJoin, withTiers } from './partners.js';

/** What `fuse` may be told. */
export interface FuseSettings extends LikenessSettings {
  /** What tokens count by in the mean: how many they stand for, or the attention that they received. Default `size`. */
  readonly weight?: 'size' | 'significance';
}

/** Added to a significance, so that what stays counts in its own mean. */
const leastSignificance = 1e-9;

interface FuseOptions {
  readonly likeness: LikenessOf;
  readonly weight: 'size' | 'significance';
}

const match = <E extends EngineTypes>(
  ops: EncoderOps<E>,
  at: MergedAt<E>,
  { likeness: of, weight }: FuseOptions,
): Matching<E> => {
  const { numbers: n } = ops;
  const { attended, tokens } = at;
  const received = n.constant(ops.received(attended, tokens));
  const allowed = mayJoin(ops, at);
  const sizes = n.sizes(tokens);
  const likeness = n.choose(allowed, likenessOf(ops, at, of), forbidden);
  const significance = n.choose(n.equal(sizes, 0), 0, n.add(received, leastSignificance));
  return {
    scores: withTiers(ops, n.segments(at.tokens), significance, bestOfSegments(ops, at, allowed, significance)),
    destinations: (stays) => intoLikest(ops, likeness, stays, weight === 'size' ? undefined : significance),
  };
};

/**
 * Drop with merge: the tokens that receive the least attention leave, and each goes into the likest of those that stay, weighed by the number
 * of tokens that it stands for, or by the attention that it received.
 */
export const fuseDefinition = /* @__PURE__ */ mergingDefinition({
  name: 'fuse',
  choices: { weight: ['size', 'significance'], likeness: likenessChoices, unmerge: unmergeChoices },
  create: ({ weight, likeness, unmerge }) => ({
    unmerge,
    proportional: weight === 'size',
    match: (ops, at) => match(ops, at, { weight, likeness }),
  }),
});

/** The same by its settings. Default: by size, the likeness of states, and tokens return with what they went into. */
export const fuseReducer = (settings?: FuseSettings): Reducer => fuseDefinition.reducer(settings);

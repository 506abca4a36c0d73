import type { EncoderOps } from '../../encoder/encoder-ops.js';
import type { EngineTypes } from '../../encoder/engine-types.js';
import type { Destinations, Matching, MergedAt } from '../../encoder/merge.js';
import type { Reducer } from '../reducer.js';
import { mergingDefinition, unmergeChoices } from './merging-definition.js';
import type { LikenessOf, LikenessSettings } from './partners.js';
import { bestOfSegments, forbidden, intoLikest, likenessChoices, likenessOf, mayJoin, withTiers } from './partners.js';

/** What `fuse` may be told. */
export interface FuseSettings extends LikenessSettings {
  /** Where tokens go that leave: each into the likest that stays, or all of a segment into one, the least of those that stay. Default `likest`. */
  readonly into?: 'likest' | 'one';
  /** What tokens count by in the mean: how many they stand for, or the attention that they received. Default `size`. */
  readonly weight?: 'size' | 'significance';
}

/** Added to a significance, so that what stays counts in its own mean. */
const leastSignificance = 1e-9;

interface FuseOptions {
  readonly likeness: LikenessOf;
  readonly weight: 'size' | 'significance';
  readonly into: 'likest' | 'one';
}

/** More than a significance. */
const huge = 1e7;

/** Every token that leaves goes into that one of its segment which received the least of those that stay. */
const intoLeast = <E extends EngineTypes>(
  { numbers: n }: EncoderOps<E>,
  { allowed, significance, stays }: { allowed: E['flags']; significance: E['scores']; stays: E['flags'] },
): Pick<Destinations<E>, 'into' | 'found'> => {
  const little = n.choose(stays, n.multiply(significance, -1), -huge);
  const { value, at } = n.best(n.choose(allowed, n.second(little), -huge));
  return { into: at, found: n.less(-huge / 2, value) };
};

const match = <E extends EngineTypes>(
  ops: EncoderOps<E>,
  at: MergedAt<E>,
  { likeness: of, weight, into }: FuseOptions,
): Matching<E> => {
  const { numbers: n } = ops;
  const { attended, tokens } = at;
  const received = n.constant(ops.received(attended, tokens));
  const allowed = mayJoin(ops, at);
  const sizes = n.sizes(tokens);
  const significance = n.choose(n.equal(sizes, 0), 0, n.add(received, leastSignificance));
  return {
    scores: withTiers(ops, n.segments(at.tokens), significance, bestOfSegments(ops, at, allowed, significance)),
    destinations: (stays) => ({
      ...(into === 'one'
        ? intoLeast(ops, { allowed, significance, stays })
        : intoLikest(ops, n.choose(allowed, likenessOf(ops, at, of), forbidden), stays)),
      weights: weight === 'size' ? undefined : significance,
    }),
  };
};

/**
 * Drop with merge: the tokens that receive the least attention leave, and each goes into the likest of those that stay, weighed by the number
 * of tokens that it stands for, or by the attention that it received. Or all of a segment go into one, which is EViT's fused token (Liang et
 * al. 2022) where it is weighed by attention: it takes the place of the least that would have stayed.
 */
export const fuseDefinition = /* @__PURE__ */ mergingDefinition({
  name: 'fuse',
  choices: {
    weight: ['size', 'significance'],
    into: ['likest', 'one'],
    likeness: likenessChoices,
    unmerge: unmergeChoices,
  },
  later: ['into'],
  create: ({ weight, into, likeness, unmerge }) => ({
    unmerge,
    proportional: weight === 'size',
    match: (ops, at) => match(ops, at, { weight, into, likeness }),
  }),
});

/** The same by its settings. Default: by size, the likeness of states, and tokens return with what they went into. */
export const fuseReducer = (settings?: FuseSettings): Reducer => fuseDefinition.reducer(settings);

import type { EncoderOps } from '../../encoder/encoder-ops.js';
import type { EngineTypes } from '../../encoder/engine-types.js';
import type { MergedAt, Matching } from '../../encoder/merge.js';
import type { Reducer } from '../reducer.js';
import { mergingDefinition, unmergeChoices } from './merging-definition.js';
import type { LikenessOf, LikenessSettings } from './partners.js';
import { forbidden, intoLikest, isNone, likenessChoices, likenessOf, mayJoin, withTiers } from './partners.js';

/** 2, 4, 8 .. 2^15: no row is longer. */
const powers = /* @__PURE__ */ Array.from({ length: 15 }, (_, i) => 2 ** (i + 1));

/**
 * The level of each slot: 0 for the even ones, which go into odd ones; among the odd ones 0 again for every second, and so on. Between two
 * slots of one level stands one of a higher level, so that one token of every run of slots is above all others.
 */
const levelsOf = <E extends EngineTypes>({ numbers: n }: EncoderOps<E>, tokens: E['tokens']): E['scores'] => {
  const [ends, list] = [n.first(n.add(n.slots(tokens), 1)), n.list(powers)];
  return n.sum(n.ofPairs(n.equal(n.multiply(n.floor(n.divide(ends, list)), list), ends)));
};

/** More than cosines differ by. */
const levelStep = 3;

const match = <E extends EngineTypes>(ops: EncoderOps<E>, at: MergedAt<E>, of: LikenessOf): Matching<E> => {
  const { numbers: n } = ops;
  const { tokens } = at;
  const levels = levelsOf(ops, tokens);
  const own = n.choose(n.less(n.segments(tokens), 0), -1, levels); // a separator may go into any
  const allowed = n.both(mayJoin(ops, at), n.less(n.first(own), n.second(levels)));
  const likeness = n.choose(allowed, likenessOf(ops, at, of), forbidden);
  const { value } = n.best(likeness);
  const order = n.add(n.subtract(n.multiply(levels, levelStep), value), 1);
  return {
    scores: withTiers(ops, at, order, isNone(ops, value)),
    destinations: (stays) => intoLikest(ops, likeness, stays, n.sizes(tokens)),
  };
};

/**
 * Token Merging's reducer (Bolya et al. 2023): every second token looks for the likest of the others; the likest pairs become one, the mean
 * of the tokens that it stands for. Where more than half of them leave a layer, every second of the others looks for one in turn. Likeness
 * is the cosine of the states that enter the layer, or, as published, of their mean keys.
 */
export const tomeDefinition = /* @__PURE__ */ mergingDefinition({
  name: 'tome',
  choices: { likeness: likenessChoices, unmerge: unmergeChoices },
  create: ({ likeness, unmerge }) => ({
    unmerge,
    proportional: true,
    match: (ops, at) => match(ops, at, likeness),
  }),
});

/** The same by its settings. Default: the likeness of states, and tokens return with what they went into. */
export const tomeReducer = (settings?: LikenessSettings): Reducer => tomeDefinition.reducer(settings);

import type { EncoderOps } from '../../encoder/encoder-ops.js';
import type { EngineTypes } from '../../encoder/engine-types.js';
import type { MergedAt, Matching } from '../../encoder/merge.js';
import type { CrossProducts, NumberOps } from '../../encoder/number-ops.js';
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

/** Far below any product of a state with a direction. */
const none = -1e6;
/** Above the score of any token that leaves. */
const stay = 8;

/**
 * The pairs of even slots with odd ones alone, a quarter of all: enough where no more tokens leave than even ones find another.
 */
const evenAndOdd = <E extends EngineTypes>({ numbers: n }: EncoderOps<E>, at: MergedAt<E>, of: LikenessOf) => {
  const { tokens, step } = at;
  const sizes = n.sizes(tokens);
  const segments = n.segments(tokens);
  const even = n.everySecond(segments, 0);
  const { products, lengths } = crossLikeness(n, at, of);
  const allowed = n.equal(n.first(n.choose(n.less(0, even), even, -0.5)), n.second(n.everySecond(segments, 1)));
  const { value, at: pair } = n.best(n.choose(allowed, products, none));
  const found = n.ofSlots(n.less(none / 2, value));
  const leaving = n.subtract(n.total(n.ofSlots(n.less(0, sizes))), n.counts(step));
  // The likest leave; padding comes last.
  const order = n.subtract(n.choose(n.less(none / 2, value), n.divide(value, lengths), -stay), 2);
  return {
    enough: n.add(n.subtract(n.total(found), leaving), 0.5),
    scores: n.multiply(n.interleave(n.multiply(order, -1), stay, tokens), n.ofSlots(n.less(0, sizes))),
    into: n.interleave(n.add(n.multiply(pair, 2), 1), 0, tokens),
  };
};

const crossLikeness = <E extends EngineTypes>(
  n: NumberOps<E>,
  { entering, attended, heads, tokens }: MergedAt<E>,
  of: LikenessOf,
): CrossProducts<E> =>
  of === 'states' ? n.crossProducts(entering, 1, tokens) : n.crossProducts(attended.projections.key, heads, tokens);

/** Whichever slots leave. */
const everyPair = <E extends EngineTypes>(ops: EncoderOps<E>, at: MergedAt<E>, of: LikenessOf) => {
  const { numbers: n } = ops;
  const { tokens } = at;
  const levels = levelsOf(ops, tokens);
  const own = n.choose(n.less(n.segments(tokens), 0), -1, levels); // a separator may go into any
  const allowed = n.both(mayJoin(ops, at), n.less(n.first(own), n.second(levels)));
  const likeness = n.choose(allowed, likenessOf(ops, at, of), forbidden);
  const { value } = n.best(likeness);
  const order = n.add(n.subtract(n.multiply(levels, levelStep), value), 1);
  return {
    scores: withTiers(ops, n.segments(tokens), order, isNone(ops, value)),
    destinations: (stays: E['flags']) => intoLikest(ops, likeness, stays),
  };
};

const match = <E extends EngineTypes>(ops: EncoderOps<E>, at: MergedAt<E>, of: LikenessOf): Matching<E> => {
  // A prior may keep even slots and let odd ones leave.
  if (at.tokens.prior !== undefined) return everyPair(ops, at, of);
  let made: ReturnType<typeof evenAndOdd<E>> | undefined;
  const short = () => (made ??= evenAndOdd(ops, at, of));
  const enough = (): E['scores'] => short().enough;
  const { scores } = ops.shortcut(
    enough,
    () => ({ scores: short().scores }),
    (on) => ({ scores: everyPair(on, at, of).scores }),
  );
  return {
    scores,
    destinations: (stays) => {
      const { into, found } = ops.shortcut(
        enough,
        () => ({ into: short().into, found: short().into }), // none of which is 0 where a token leaves
        (on) => {
          const to = everyPair(on, at, of).destinations(stays);
          return { into: to.into, found: on.numbers.ofSlots(to.found) };
        },
      );
      return { into, found: ops.numbers.less(0, found) };
    },
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

import type { EncoderOps } from '../../encoder/encoder-ops.js';
import type { EngineTypes } from '../../encoder/engine-types.js';
import type { Matching, MergedAt } from '../../encoder/merge.js';
import type { Reducer } from '../reducer.js';
import type { UnmergeSettings } from './merging-definition.js';
import { mergingDefinition, unmergeChoices } from './merging-definition.js';
import { mayJoin, withTiers } from './partners.js';

/** Further than any two tokens of a row are apart. */
const beyond = 2 ** 20;

/** The largest whole number that is at most x / y, whatever the rounding of a quotient: x and y are whole, and y is above 0. */
const quotient = <E extends EngineTypes>({ numbers: n }: EncoderOps<E>, x: E['scores'], y: E['scores']): E['scores'] =>
  n.floor(n.divide(n.add(x, 0.5), y));

/** Where each token stands among the ordinary ones of its row and of its segment. */
const standing = <E extends EngineTypes>(ops: EncoderOps<E>, { tokens }: MergedAt<E>) => {
  const { numbers: n } = ops;
  const segments = n.segments(tokens);
  const ordinary = n.ofSlots(n.less(n.multiply(segments, -1), 0));
  const own = n.multiply(n.ofPairs(n.equal(n.first(segments), n.second(segments))), n.second(ordinary));
  const slots = n.slots(tokens);
  const earlier = n.ofPairs(n.less(n.second(slots), n.first(slots)));
  return {
    ordinary,
    /** Ordinary tokens of the row before it. */
    inRow: n.before(ordinary),
    /** Ordinary tokens of its segment before it. */
    inSegment: n.sum(n.multiply(own, earlier)),
    /** Ordinary tokens of its segment. */
    length: n.larger(n.sum(own), 1),
  };
};

const match = <E extends EngineTypes>(ops: EncoderOps<E>, at: MergedAt<E>): Matching<E> => {
  const { numbers: n } = ops;
  const { tokens, step } = at;
  const { ordinary, inRow, inSegment, length } = standing(ops, at);
  const all = n.larger(n.total(ordinary), 1);
  const others = n.subtract(n.total(n.ofSlots(n.less(n.multiply(n.sizes(tokens), -1), 0))), n.total(ordinary));
  const wanted = n.larger(n.subtract(n.counts(step), others), 1); // ordinary tokens that stay
  // A segment gets its part of them, at least one, by where it begins and ends in the row.
  const begin = n.subtract(inRow, inSegment);
  const rounded = (place: E['scores']): E['scores'] =>
    quotient(ops, n.add(n.multiply(n.multiply(place, wanted), 2), all), n.multiply(all, 2));
  const parts = n.larger(n.subtract(rounded(n.add(begin, length)), rounded(begin)), 1);
  const partOf = (place: E['scores']): E['scores'] => quotient(ops, n.multiply(place, parts), length);
  const starts = n.less(partOf(n.subtract(inSegment, 1)), partOf(inSegment));
  const [slots, allowed] = [n.slots(tokens), mayJoin(ops, at)];
  return {
    scores: withTiers(ops, at, n.add(n.ofSlots(starts), 1), n.equal(inSegment, 0)),
    // Into the nearest before it, else into the nearest behind.
    destinations: (stays) => {
      const back = n.subtract(n.first(slots), n.second(slots));
      const distance = n.choose(n.less(back, 0), n.add(n.multiply(back, -1), beyond / 4), back);
      const gone = n.multiply(n.subtract(n.ofSlots(stays), 1), beyond);
      const near = n.choose(allowed, n.subtract(n.second(gone), distance), -beyond);
      const { value, at: into } = n.best(near);
      return { into, found: n.less(n.multiply(value, -1), beyond / 2), weights: n.sizes(tokens) };
    },
  };
};

/**
 * Adaptive average pooling of the text: neighbours become one, all runs of a segment as long as one another but for one token. Needs no
 * attention probabilities, and does not look at what tokens say.
 */
export const poolDefinition = /* @__PURE__ */ mergingDefinition({
  name: 'pool',
  choices: { unmerge: unmergeChoices },
  create: ({ unmerge }) => ({ unmerge, proportional: true, match }),
});

/** The same by its settings. Default: tokens return with what they went into. */
export const poolReducer = (settings?: UnmergeSettings): Reducer => poolDefinition.reducer(settings);

import type { EncoderOps } from '../../encoder/encoder-ops.js';
import type { EngineTypes } from '../../encoder/engine-types.js';
import type { Matching, MergedAt } from '../../encoder/merge.js';
import type { Reducer } from '../reducer.js';
import type { UnmergeSettings } from './merging-definition.js';
import { mergingDefinition, unmergeChoices } from './merging-definition.js';
import { withTiers } from './partners.js';

/** Of its row or segment, at most 2^15: what keeps a share of it, rounded, away from the next whole number. */
const slack = 0.25;

/** Where each token stands among the ordinary ones of its row, which those of its segment are side by side in. */
const standing = <E extends EngineTypes>({ numbers: n }: EncoderOps<E>, { tokens }: MergedAt<E>) => {
  const segments = n.segments(tokens);
  const ordinary = n.ofSlots(n.less(0, segments));
  const together = n.ofPairs(n.equal(n.first(segments), n.second(segments)));
  return {
    segments,
    ordinary,
    /** Ordinary tokens of its segment before it. */
    inSegment: n.subtract(n.slots(tokens), n.best(together).at),
    /** Ordinary tokens of its segment. */
    length: n.sum(together),
    /** Ordinary tokens of the row before it. */
    inRow: n.before(ordinary),
  };
};

const match = <E extends EngineTypes>(ops: EncoderOps<E>, at: MergedAt<E>): Matching<E> => {
  const { numbers: n } = ops;
  const { segments, ordinary, inSegment, length, inRow } = standing(ops, at);
  const all = n.larger(n.total(ordinary), 1);
  const leaving = n.subtract(n.total(n.ofSlots(n.less(0, n.sizes(at.tokens)))), n.counts(at.step));
  const wanted = n.larger(n.subtract(all, leaving), 1); // ordinary tokens that stay
  // A segment gets its part of them, at least one, by where it begins and ends in the row.
  const share = n.divide(wanted, all);
  const half = n.add(n.divide(slack, all), 0.5);
  const rounded = (place: E['scores']): E['scores'] => n.floor(n.add(n.multiply(place, share), half));
  const begin = n.subtract(inRow, inSegment);
  const parts = n.larger(n.subtract(rounded(n.add(begin, length)), rounded(begin)), 1);
  // A run starts where the place in the segment, times parts, passes a multiple of the length.
  const step = n.divide(parts, length);
  const place = n.add(n.multiply(inSegment, step), n.divide(slack, length));
  const starts = n.ofSlots(n.less(n.floor(n.subtract(place, step)), n.floor(place)));
  return {
    scores: withTiers(ops, segments, n.add(starts, 1), n.equal(inSegment, 0)),
    // The first of a segment is the last to leave: the last that stays before a token is of its own.
    destinations: () => ({}),
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

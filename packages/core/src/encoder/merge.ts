/** Merging in a layer: tokens that leave go into others, which stand for all of them from then on. */
import type { EncoderOps, Unmerge } from './encoder-ops.js';
import type { EngineTypes } from './engine-types.js';
import type { ScoredAt } from './scored-at.js';

/** A layer that some tokens leave. */
export interface MergedAt<E extends EngineTypes> extends ScoredAt<E> {
  readonly step: E['step'];
}

/** Where tokens go if they leave. */
export interface Destinations<E extends EngineTypes> {
  /** The slot, before the move, of a token that stays. */
  readonly into: E['scores'];
  /** Whether there is one; a token that finds none goes into the first that stays. Of padding it says nothing. */
  readonly found: E['flags'];
  /** How much each token counts in the mean of the states that become one: above 0 for real tokens, 0 for padding. */
  readonly weights: E['scores'];
}

/** Which tokens of a layer become one. */
export interface Matching<E extends EngineTypes> {
  /** The tokens of the highest scores stay, as a reducer's scores say it. */
  readonly scores: E['scores'];
  /** Where the others go, once it is known who stays. */
  destinations(stays: E['flags']): Destinations<E>;
}

/** How tokens merge, on one engine. */
export interface MergeOf<E extends EngineTypes> {
  match(ops: EncoderOps<E>, at: MergedAt<E>): Matching<E>;
  /** Whether a token counts in attention as often as the number of those that it stands for. */
  readonly proportional: boolean;
  /** What the tokens of an input return with that went into others. */
  readonly unmerge: Unmerge;
}

/** The first token that stays and is no leading one; where none does, the first of all: [B, 1]. */
const firstThatStays = <E extends EngineTypes>(
  { numbers: n }: EncoderOps<E>,
  { tokens }: MergedAt<E>,
  stays: E['flags'],
): E['scores'] => {
  const leading = n.ofSlots(n.equal(n.segments(tokens), 0)); // or padding
  return n.best(n.second(n.subtract(n.ofSlots(stays), leading))).at;
};

/**
 * The move of a layer whose leaving tokens go into others. `keep` gives the move after which the best are left. A token that finds nobody,
 * for fewer stay than there are segments, goes into the first that does: nothing leaves alone.
 */
export const mergedMove = <E extends EngineTypes>(
  ops: EncoderOps<E>,
  merge: MergeOf<E>,
  at: MergedAt<E>,
  keep: (scores: E['scores']) => E['move'],
): E['move'] => {
  const { numbers: n } = ops;
  const matching = merge.match(ops, at);
  const move = keep(matching.scores);
  const places = ops.places(move);
  const stays = n.less(places, n.counts(at.step));
  const { into, found, weights } = matching.destinations(stays);
  const joins = n.at(places, n.choose(found, into, firstThatStays(ops, at, stays)));
  return ops.merge(move, { into: n.choose(stays, places, joins), weights, sizes: n.sizes(at.tokens) });
};

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
  /** The slot, before the move, of a token that stays. Default: the last that stays before it. */
  readonly into?: E['scores'] | undefined;
  /** Whether there is one; a token that finds none goes into the last that stays before it. Of padding it says nothing. Default: all do. */
  readonly found?: E['flags'] | undefined;
  /** How much each token counts in the mean of the states that become one: above 0 for real tokens, 0 for padding. Default: its size. */
  readonly weights?: E['scores'] | undefined;
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

/**
 * The move of a layer whose leaving tokens go into others. `keep` gives the move after which the best are left. A token that finds nobody,
 * for fewer stay than there are segments, goes into the last that stays before it; into the first of all only where no other stays. So
 * nothing leaves alone.
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
  const stays = ops.stays(move, at.step);
  const { into, found, weights } = matching.destinations(stays);
  const places = n.before(n.ofSlots(stays)); // the new slot of what stays
  const least = n.smaller(n.subtract(n.counts(at.step), 1), 1);
  const before = n.larger(n.subtract(places, 1), least);
  const own = into && n.at(places, into);
  const joins = own === undefined ? before : found === undefined ? own : n.choose(found, own, before);
  return ops.merge(move, { into: n.choose(stays, places, joins), weights, sizes: n.sizes(at.tokens) });
};

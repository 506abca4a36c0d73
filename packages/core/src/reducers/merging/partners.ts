/** What all reducers that merge agree on: who may become one with whom, and who must not leave while another can. */
import type { EncoderOps } from '../../encoder/encoder-ops.js';
import type { EngineTypes } from '../../encoder/engine-types.js';
import type { Destinations, MergedAt } from '../../encoder/merge.js';
import type { UnmergeSettings } from './merging-definition.js';

/** The likeness of two tokens that may not become one: below any cosine. */
export const forbidden = -2;

/** Whether a likeness is none. */
export const isNone = <E extends EngineTypes>({ numbers: n }: EncoderOps<E>, likeness: E['scores']): E['flags'] =>
  n.less(likeness, -1.5);

/** Far above any score, priors included: separators leave after all tokens that can go into another. */
const ofSeparator = 1e7;
/** The last token of a segment, which has nobody to go into, leaves after those. */
const ofLast = 1e8;

/** What tokens are alike by: the states that enter a layer, or the mean over heads of their keys. */
export type LikenessOf = 'states' | 'keys';

export const likenessChoices = ['states', 'keys'] as const satisfies readonly LikenessOf[];

/** What reducers may be told that look for the likest token. */
export interface LikenessSettings extends UnmergeSettings {
  /** Default `states`. */
  readonly likeness?: LikenessOf;
}

/** The cosines of all pairs of tokens. */
export const likenessOf = <E extends EngineTypes>(
  { numbers: n }: EncoderOps<E>,
  { entering, attended, heads, tokens }: MergedAt<E>,
  of: LikenessOf,
): E['pairs'] =>
  of === 'states' ? n.similarity(entering, 1, tokens) : n.similarity(attended.projections.key, heads, tokens);

/** The segment that a token may go into another of; of a separator that which it ends. None for padding and for what always stays. */
const segmentToJoin = <E extends EngineTypes>({ numbers: n }: EncoderOps<E>, segments: E['scores']): E['scores'] =>
  n.choose(n.equal(segments, 0), -0.5, n.larger(segments, n.multiply(segments, -1)));

/** Which pairs there are of a token and another that it may go into. */
export const mayJoin = <E extends EngineTypes>(ops: EncoderOps<E>, { tokens }: MergedAt<E>): E['flags'] => {
  const { numbers: n } = ops;
  const segments = n.segments(tokens);
  return n.equal(n.first(segmentToJoin(ops, segments)), n.second(segments));
};

/** Of each segment the token of the highest score, the earliest of equal ones. */
export const bestOfSegments = <E extends EngineTypes>(
  { numbers: n }: EncoderOps<E>,
  { tokens }: MergedAt<E>,
  allowed: E['flags'],
  scores: E['scores'],
): E['flags'] => n.equal(n.best(n.choose(allowed, n.second(scores), -1)).at, n.slots(tokens));

/** Scores that keep separators, and of each segment the token that is `last` to go, while any other token can leave. 0 for padding. */
export const withTiers = <E extends EngineTypes>(
  { numbers: n }: EncoderOps<E>,
  segments: E['scores'],
  scores: E['scores'],
  last: E['flags'],
): E['scores'] => {
  const ordinary = n.choose(last, n.add(scores, ofLast), scores);
  return n.choose(n.less(0, segments), ordinary, n.choose(n.less(segments, 0), ofSeparator, 0));
};

/** Where tokens go that look for the likest. */
interface LikestOf<E extends EngineTypes> extends Destinations<E> {
  readonly into: E['scores'];
  readonly found: E['flags'];
}

/** Every token that leaves goes into the likest of those that stay. */
export const intoLikest = <E extends EngineTypes>(
  { numbers: n }: EncoderOps<E>,
  likeness: E['pairs'],
  stays: E['flags'],
): LikestOf<E> => {
  const gone = n.multiply(n.subtract(n.ofSlots(stays), 1), -2 * forbidden); // far below any likeness
  const { value, at } = n.best(n.add(likeness, n.second(gone)));
  return { into: at, found: n.less(-1.5, value) };
};

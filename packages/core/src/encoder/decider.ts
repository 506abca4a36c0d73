import type { EncoderOps } from './encoder-ops.js';
import type { EngineTypes } from './engine-types.js';
import type { ScoredAt } from './scored-at.js';
import type { Wanted } from './wanted.js';

/** What layers decide of the tokens, one after the other: who is gone stays gone. */
export interface Decider<E extends EngineTypes> {
  /** Which tokens are there after each layer that decided, 1 or 0: [B, T] each. */
  readonly decisions: readonly E['scores'][];
  /** The states after a layer: of those that are still there what it made of them; of the others what they entered with, or nothing where only the kept are wanted. */
  after(ops: EncoderOps<E>, scored: ScoredAt<E>, leaving: E['states']): E['states'];
}

/** @param decide what one layer says of each token, whatever those before it said; absent: nobody decides, and states are as layers leave them */
export const createDecider = <E extends EngineTypes>(
  decide: ((ops: EncoderOps<E>, at: ScoredAt<E>) => E['scores']) | undefined,
  wanted: Wanted,
): Decider<E> => {
  const decisions: E['scores'][] = [];
  return {
    decisions,
    after: (ops, scored, leaving) => {
      if (!decide) return leaving;
      const before = decisions.at(-1);
      const own = decide(ops, scored);
      const there = before === undefined ? own : ops.multiply(before, own);
      decisions.push(there);
      const stays = ops.product(ops.widen(there, leaving), leaving);
      if (wanted === 'kept') return stays;
      const gone = ops.numbers.add(ops.numbers.multiply(there, -1), 1);
      return ops.add(stays, ops.product(ops.widen(gone, leaving), scored.entering));
    },
  };
};

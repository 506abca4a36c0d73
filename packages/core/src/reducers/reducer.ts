import type { EncoderOps, EngineTypes } from '../encoder/encoder-ops.js';
import type { ScoredAt } from '../encoder/run-encoder.js';

/** Decides which tokens leave a layer, on one engine: the ones with the highest scores stay. What an input's `prior` says is added to them. */
export interface ReducerOf<E extends EngineTypes> {
  readonly name: string;
  /** One number a slot: 0 or more for real tokens, and no more for padding than for any of them. Ties go to the earlier token. */
  score(ops: EncoderOps<E>, at: ScoredAt<E>): E['scores'];
}

/** One that is written with the operations of the encoder, so that every engine runs it. */
export interface Reducer {
  readonly name: string;
  score<E extends EngineTypes>(ops: EncoderOps<E>, at: ScoredAt<E>): E['scores'];
}

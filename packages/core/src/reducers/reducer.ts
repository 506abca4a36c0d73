import type { EncoderOps, Unmerge, Voters } from '../encoder/encoder-ops.js';
import type { EngineTypes } from '../encoder/engine-types.js';
import type { Matching, MergedAt, MergeOf } from '../encoder/merge.js';
import type { ScoredAt } from '../encoder/scored-at.js';
import type { TokenPredictor } from './token-predictor.js';

/** Settings of a reducer: what JSON can hold, for a model's folder remembers them. */
export type ReducerSettings = Readonly<Record<string, unknown>>;

/** What a reducer is called, with its settings: all that a model's folder says of it. */
export interface NamedReducer {
  readonly name: string;
  /** Absent of a reducer that has none. */
  readonly settings?: ReducerSettings | undefined;
}

/** A reducer's name and settings alone. */
export const namedReducer = ({ name, settings }: NamedReducer): NamedReducer =>
  settings === undefined ? { name } : { name, settings };

/** Decides which tokens leave a layer, on one engine: the ones with the highest scores stay. What an input's `prior` says is added to them. */
export interface ReducerOf<E extends EngineTypes> extends NamedReducer {
  /** One number a slot: 0 or more for real tokens, and no more for padding than for any of them. Ties go to the earlier token. */
  score(ops: EncoderOps<E>, at: ScoredAt<E>): E['scores'];
  /** Whose attention alone its scores sum up, so that an engine may do both at once. Absent: they are something else. */
  readonly voters?: Voters | undefined;
  /** What it learns, layer by layer. Absent: nothing. */
  readonly predictor?: TokenPredictor | undefined;
  /** How tokens that leave go into those that stay; its own scores say who stays. Absent: they just leave. */
  readonly merge?: MergeOf<E> | undefined;
  /** Whether it ranks by the prior of an input and nothing else, so that each must have one wherever tokens leave. Default false. */
  readonly needsPrior?: boolean | undefined;
  /**
   * The same scores before the first layer begins. Those that this layer lets go then leave before it attends, unless it is the last and gives the first token
   * alone. Absent: it needs what a layer sees.
   */
  before?(ops: EncoderOps<E>, tokens: E['tokens']): E['scores'];
}

/** How tokens merge, written with the operations of the encoder. */
export interface Merge {
  match<E extends EngineTypes>(ops: EncoderOps<E>, at: MergedAt<E>): Matching<E>;
  readonly proportional: boolean;
  readonly unmerge: Unmerge;
}

/** One that is written with the operations of the encoder, so that every engine runs it. */
export interface Reducer extends NamedReducer {
  score<E extends EngineTypes>(ops: EncoderOps<E>, at: ScoredAt<E>): E['scores'];
  readonly voters?: Voters | undefined;
  readonly predictor?: TokenPredictor | undefined;
  readonly merge?: Merge | undefined;
  readonly needsPrior?: boolean | undefined;
  before?<E extends EngineTypes>(ops: EncoderOps<E>, tokens: E['tokens']): E['scores'];
}

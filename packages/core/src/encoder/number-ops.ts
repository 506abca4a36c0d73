import type { EngineTypes } from './engine-types.js';

/** Numbers of slots, or of pairs of slots. */
type NumbersOf<E extends EngineTypes> = E['scores'] | E['pairs'];

/** For each slot, the other of its pairs that has the largest number. */
export interface Best<E extends EngineTypes> {
  /** That number. */
  readonly value: E['scores'];
  /** Its slot; of equal ones the earliest. */
  readonly at: E['scores'];
}

/** What `NumberOps.crossProducts` gives. */
export interface CrossProducts<E extends EngineTypes> {
  readonly products: E['pairs'];
  readonly lengths: E['scores'];
}

/**
 * Arithmetic on a number a slot, [B, K], and a number a pair of slots, [B, K, K], the first of a pair by rows: what reducers are written
 * with that look at more than the scores of single tokens. All numbers are float32 and finite; one number stands for as many as are needed.
 * No gradient is taken of any of this.
 */
export interface NumberOps<E extends EngineTypes> {
  add<N extends NumbersOf<E>>(x: N, y: N | number): N;
  subtract<N extends NumbersOf<E>>(x: N, y: N | number): N;
  multiply<N extends NumbersOf<E>>(x: N, y: N | number): N;
  divide<N extends NumbersOf<E>>(x: N | number, y: N): N;
  floor<N extends NumbersOf<E>>(x: N): N;
  larger<N extends NumbersOf<E>>(x: N, y: N | number): N;
  smaller<N extends NumbersOf<E>>(x: N, y: N | number): N;
  less(x: NumbersOf<E> | number, y: NumbersOf<E> | number): E['flags'];
  equal<N extends NumbersOf<E>>(x: N, y: N | number): E['flags'];
  both(x: E['flags'], y: E['flags']): E['flags'];
  /** x where the flag is set, y where not. One of the two is no mere number. */
  choose<N extends NumbersOf<E>>(flags: E['flags'], x: N | number, y: N | number): N;
  /** 1 where the flag of a slot is set, 0 where not. */
  ofSlots(flags: E['flags']): E['scores'];
  /** 1 where the flag of a pair is set, 0 where not. */
  ofPairs(flags: E['flags']): E['pairs'];

  /** The number of the first of each pair: [B, K, 1]. */
  first(x: E['scores']): E['pairs'];
  /** The number of the second of each pair: [B, 1, K]. */
  second(x: E['scores']): E['pairs'];
  /** The same numbers beside every slot: [1, 1, n]. */
  list(values: readonly number[]): E['pairs'];
  /** Over the second of the pairs. */
  best(pairs: E['pairs']): Best<E>;
  /** Over the second of the pairs. */
  sum(pairs: E['pairs']): E['scores'];
  /** Of the first of x with the second of y, over what lies between them: the product of matrices. */
  product(x: E['pairs'], y: E['pairs']): E['pairs'];
  /** The numbers at other slots of the same row. */
  at(x: E['scores'], slots: E['scores']): E['scores'];
  /** The sum of each row: [B, 1]. */
  total(x: E['scores']): E['scores'];
  /** The sum of what stands before each slot. */
  before(x: E['scores']): E['scores'];

  /** 0 to K - 1. */
  slots(among: E['tokens']): E['scores'];
  /** How many tokens stay in each row: [B, 1]. */
  counts(step: E['step']): E['scores'];
  /** How many tokens of the input each slot stands for: 0 for padding. */
  sizes(among: E['tokens']): E['scores'];
  /**
   * Which tokens may become one: those of the same number above 0. 0 for padding and for leading tokens that always stay; below 0 for a
   * separator, that of the segment that it ends.
   */
  segments(among: E['tokens']): E['scores'];
  /**
   * The cosine between what two slots hold, -1 to 1: the mean of each over `parts` equal parts that lie side by side, as heads do. No
   * gradient flows back from here.
   */
  similarity(x: E['states'], parts: number, among: E['tokens']): E['pairs'];
  /** The numbers of slots 0, 2, 4 and so on, or of 1, 3, 5: [B, K / 2], rounded up or down. */
  everySecond(x: E['scores'], from: 0 | 1): E['scores'];
  /**
   * What slots 0, 2, 4 .. hold times what slots 1, 3, 5 .. hold, the latter of length 1: [B, K / 2, K / 2]. As `similarity` otherwise.
   *
   * @returns the products, and the lengths of what slots 0, 2, 4 .. hold, above 0
   */
  crossProducts(x: E['states'], parts: number, among: E['tokens']): CrossProducts<E>;
  /** Numbers of slots 0, 2, 4 .. with the same one at all slots between them: [B, K]. */
  interleave(x: E['scores'], between: number, among: E['tokens']): E['scores'];
  /** The same numbers as constants: no gradient flows back from here. */
  constant(x: E['scores']): E['scores'];
}

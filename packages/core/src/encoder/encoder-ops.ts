import type { Activation } from './activation.js';
import type { EngineTypes } from './engine-types.js';
import type { NumberOps } from './number-ops.js';
import type { SummaryToken } from './summary.js';
import type { TileOps } from './tile-ops.js';
import type {
  AffineWeights,
  AttentionWeights,
  DenseWeights,
  EmbeddingWeights,
  FeedForwardWeights,
  LayerNormWeights,
  PatchWeights,
  WeightTree,
} from './weights.js';

/** What attention compares and mixes: all heads side by side, one row a token. */
export interface ProjectionsOf<States> {
  readonly query: States;
  readonly key: States;
  readonly value: States;
}

/** What self-attention gives before its output projection. */
export interface Attended<E extends EngineTypes> {
  /** Values mixed by attention, one row a query. */
  readonly context: E['states'];
  /** Before dropout. */
  readonly probabilities: E['probabilities'];
  readonly projections: ProjectionsOf<E['states']>;
  /** Those that asked, where they are made of those that are keys. Default: the keys, or the first. */
  readonly asked?: E['tokens'] | undefined;
}

export interface AttendOptions<E extends EngineTypes> {
  readonly heads: number;
  readonly layer: number;
  /** The tokens that are there: the keys. */
  readonly among: E['tokens'];
  /** The move that has made those that ask of the keys. Default: they stand where the keys do. */
  readonly halved?: E['move'] | undefined;
  /** Whether a key counts as often as its size says. */
  readonly proportional: boolean;
  /** Whose queries there are: of all tokens, of the first of each row, or of one of these as the step says when a graph runs. */
  readonly asking: Voters | 'by-step';
  /** Of the norm of distances. */
  readonly epsilon: number;
  /** What values are made of. Default: what keys are made of. */
  readonly values?: E['states'] | undefined;
  /** 1 for each key that is there, 0 for those that are as good as gone: the softmax is over the others. It has a gradient. Default: all are. */
  readonly present?: E['scores'] | undefined;
}

export interface NormOptions<E extends EngineTypes> {
  readonly epsilon: number;
  /** Added before it normalises. */
  readonly residual?: E['states'];
  /** Where in the encoder it stands. */
  readonly place: string;
}

/** What the tokens go through in a layer that lets some of them leave. */
export interface Passed<E extends EngineTypes> {
  /** What attention gave. */
  readonly context: E['states'];
  /** What entered. */
  readonly entering: E['states'];
  /** That as narrow as the blocks of the layer are, where attention was made of it. */
  readonly narrow?: E['states'] | undefined;
  readonly tokens: E['tokens'];
}

/** What a layer gives. */
export interface LayerRun<E extends EngineTypes> {
  readonly states: E['states'];
  readonly tokens: E['tokens'];
}

/** The states of those that entered a layer which halves. */
export interface Parted<E extends EngineTypes> {
  readonly states: E['states'];
  /** What one more of them would have, that no slot holds: the last of an even number, where another such layer stands before this. One row an input. */
  readonly beyond: () => E['states'];
}

/** Where tokens go when some of them are taken together. */
export interface Merging<E extends EngineTypes> {
  /** The new slot of what each slot goes into: its own where it stays. */
  readonly into: E['scores'];
  /** How much each slot counts in the mean of the states that go into one: 0 or more, above 0 for those that stay. Default: its size. */
  readonly weights?: E['scores'] | undefined;
  /** What each slot brings to the size of what it goes into. */
  readonly sizes: E['scores'];
}

/** What a token that went into another returns with: the state of that one, or the last of its own. */
export type Unmerge = 'group' | 'own';

/** Which of the dropout probabilities applies. */
export type DropoutKind = 'hidden' | 'attention' | 'head';

/** Whose attention counts: that of every real token, or of the first alone. */
export type Voters = 'all' | 'first';

/** What heads are made of too. */
export interface DenseOps<E extends EngineTypes> {
  /** x W + b, or x D U + b of a map in factors. */
  dense(x: E['states'], weights: WeightTree<AffineWeights, E['weight']>): E['states'];
  activate(x: E['states'], kind: Activation): E['states'];
  /** x where nothing is trained. `place` is unique in the model. */
  dropout(x: E['states'], place: string, kind: DropoutKind): E['states'];
  /** Layer normalisation of x + residual. */
  norm(x: E['states'], weights: WeightTree<LayerNormWeights, E['weight']>, options: NormOptions<E>): E['states'];
}

/** What a token of an input weighs in the mean of them: each the same, or as much as its place in the input, counted from 1. */
export type MeanWeights = 'equal' | 'positions';

/** What heads are made of that read several tokens. */
export interface HeadOps<E extends EngineTypes> extends DenseOps<E> {
  add(x: E['states'], y: E['states']): E['states'];
  /**
   * The mean of each input's tokens, [B, T, hidden] with every token where it stood in the input and zeros for padding -> [B, hidden].
   * What was merged is back in each of its places by then, so that a merged state weighs as many tokens as it stands for.
   */
  mean(states: E['states'], weights: MeanWeights): E['states'];
  /** The states of the token that stands so far from the first in every input, [B, T, hidden] -> [B, hidden]. */
  token(states: E['states'], index: number): E['states'];
  /** Every number times another. */
  scale(x: E['states'], by: number): E['states'];
  /** Each row divided by its length. */
  unit(states: E['states']): E['states'];
  /**
   * What a head gave for each token, and the same numbers for every token that has left.
   *
   * @param stayed 1 for each token of the input that is still there, 0 for the others, as `EncoderOps.stayed` says it
   * @param answer one number an output
   */
  answerFor(outputs: E['states'], stayed: E['scores'], answer: readonly number[]): E['states'];
}

/** What the attention block of a layer is given that normalises what it gives. */
export interface AttentionBlock<E extends EngineTypes> {
  readonly entering: E['states'];
  readonly among: E['tokens'];
  readonly weights: WeightTree<AttentionWeights, E['weight']>;
  readonly heads: number;
  readonly epsilon: number;
  /** How many tokens stay. Absent: nobody leaves. */
  readonly step: E['step'] | undefined;
  /** Those stay whose sums of the attention of these are the largest. Absent: something else decides. */
  readonly voters: Voters | undefined;
  /** Whether it is of the first token alone, in a layer that needs no other. */
  readonly firstOnly: boolean;
}

/**
 * Blocks of an encoder at once, for engines that run them in fewer steps than their parts. Each gives undefined where it cannot, as of weights in factors;
 * then the block is put together of its parts.
 */
export interface EncoderBlocks<E extends EngineTypes> {
  /** Rows of the tables, summed and normalised. */
  embed(weights: WeightTree<EmbeddingWeights, E['weight']>, epsilon: number): E['states'] | undefined;
  /** Attention, the choice of those that stay, output projection, residual and norm. */
  attention(block: AttentionBlock<E>): LayerRun<E> | undefined;
  /** Both maps, residual and norm. */
  feedForward(
    x: E['states'],
    weights: WeightTree<FeedForwardWeights, E['weight']>,
    options: { readonly epsilon: number; readonly activation: Activation },
  ): E['states'] | undefined;
}

/**
 * The operations of a transformer encoder, at the grain of its helpers. An engine that has them runs the encoder; how the rows of a batch
 * lie in a value, it knows alone.
 */
export interface EncoderOps<E extends EngineTypes> extends DenseOps<E> {
  /** Default: every block is put together of its parts. */
  readonly blocks?: EncoderBlocks<E> | undefined;
  /** Rows of an embedding table, for the tokens of the batch. The first position is row `first`, by default 0. */
  rows(table: E['weight'], of: 'ids' | 'positions' | 'types', first?: number): E['states'];
  /** The tokens of the images of the batch: `first`, the second where there is one, and the patches. */
  patches(first: E['weight'], weights: WeightTree<PatchWeights, E['weight']>): E['states'];
  /** What stands behind each token of the input, it and what stands before it, beside each other, zeros beyond the ends: [.., width] -> [.., 3 * width]. */
  neighbours(x: E['states']): E['states'];
  add(x: E['states'], y: E['states']): E['states'];
  /** States times states, number by number. */
  product(x: E['states'], y: E['states']): E['states'];
  /** Zeros in the shape of states. */
  nothing(x: E['states']): E['states'];
  /** Multi-head self-attention of `queries`, all tokens or the first of each row, to all tokens, whose states are `keys`. */
  attend(
    queries: E['states'],
    keys: E['states'],
    weights: WeightTree<AttentionWeights, E['weight']>,
    options: AttendOptions<E>,
  ): Attended<E>;

  /**
   * The attention that each token receives, summed over heads and over the queries of those who vote. Default: of all real tokens. The vote
   * of one that stands for several counts as often.
   */
  received(attended: Attended<E>, among: E['tokens'], voters?: Voters): E['scores'];
  /**
   * A number a slot by a small affine map in full precision: [B, T]. Slots of padding have a number, too.
   *
   * @param mix how much each output of the map counts, of one that has several
   */
  read(x: E['states'], weights: WeightTree<DenseWeights, E['weight']>, mix?: readonly number[]): E['scores'];
  /** A number a slot as states that hold nothing else, as wide as others. */
  widen(x: E['scores'], like: E['states']): E['states'];
  /** The sigmoid of each number. */
  sigmoid(x: E['scores']): E['scores'];
  /** The same states as constants: no gradient flows back from here. */
  constant(x: E['states']): E['states'];
  /** The sum of the absolute values of each token's state. 0 for padding. */
  magnitudes(states: E['states'], among: E['tokens']): E['scores'];
  /** Scores times scores, token by token. */
  multiply(x: E['scores'], y: E['scores']): E['scores'];
  /** Adds what travels as the prior of the tokens to the scores of real ones. */
  addPrior(scores: E['scores'], among: E['tokens']): E['scores'];
  /** Runs `then`, a layer, where the step says that it runs: of engines that decide so when their graph runs, as in `whereAnyLeave`. */
  readonly whereRuns?: (
    step: E['step'],
    then: (ops: EncoderOps<E>) => LayerRun<E>,
    otherwise: LayerRun<E>,
  ) => LayerRun<E>;
  /** Of these, too: the states of those that ask in a layer where the first token alone is wanted, which are all but in the last that runs. */
  readonly asking?: (states: E['states'], step: E['step']) => E['states'];
  /** Runs `then` where the step lets any token leave. An engine may decide when its graph runs: `then` gets the operations of the branch. */
  whereAnyLeave(step: E['step'], then: (ops: EncoderOps<E>) => Passed<E>, otherwise: Passed<E>): Passed<E>;
  /** The move after which the best tokens are left, as many as the step says. Protected ones stay whatever their score. */
  keep(scores: E['scores'], step: E['step'], among: E['tokens']): E['move'];
  /** The move that takes the tokens two by two, as means: the first stays alone, and the last of more than two leaves. */
  halve(among: E['tokens']): E['move'];
  /** The same tokens before a layer that may halve them: who leaves later returns among those that it makes, and they to what went into them. */
  nest(tokens: E['tokens']): E['tokens'];
  /**
   * The states of those that entered such a layer, of what is left of those that it made: each has that of what it went into, with the last state that this had.
   * The last of an even number went nowhere, and has nothing: zeros.
   *
   * @param beyond what the last of an even number has among those that the layer made, by what came after. Default: zeros
   */
  part(states: E['states'], tokens: E['tokens'], beyond?: E['states']): Parted<E>;
  /** Which tokens are still there after a move. */
  stays(by: E['move'], step: E['step']): E['flags'];
  /** The same move, which takes tokens together instead of leaving some of them behind. */
  merge(by: E['move'], merging: Merging<E>): E['move'];
  /** The states of those that stay, with what went into them. */
  move(x: E['states'], by: E['move']): E['states'];
  /** The tokens that stay. Those that leave keep `states`, the last they had. */
  depart(tokens: E['tokens'], by: E['move'], states: E['states']): E['tokens'];

  /** Arithmetic on the numbers of slots. */
  readonly numbers: NumberOps<E>;
  /** Attention among tokens that stand side by side. */
  readonly tiles: TileOps<E>;

  /**
   * A shorter way to the same numbers: `short` where `holds`, a number a row, is above 0 in every one. An engine that cannot know takes `long`,
   * and never asks.
   */
  shortcut<T extends Readonly<Record<string, E['scores']>>>(
    holds: () => E['scores'],
    short: (ops: EncoderOps<E>) => T,
    long: (ops: EncoderOps<E>) => T,
  ): T;

  /** The tokens before the first layer. */
  begin(states: E['states']): E['tokens'];
  /** The same where another token than the first stands for an input: it comes first, with the position that it has, and the states in that order. */
  beginWith(states: E['states'], summary: SummaryToken): LayerRun<E>;
  /** The first token of each row, alone. */
  firstAlone(states: E['states'], among: E['tokens']): E['states'];
  firstTokens(among: E['tokens']): E['tokens'];
  /** The first token of each row as one row an input, [B, hidden]. */
  pool(states: E['states'], among: E['tokens']): E['states'];
  /**
   * 1 for each token of the input that is still there, 0 for those that have left: [B, T]. Undefined where none can have, or where those that
   * leave go into others.
   */
  stayed(tokens: E['tokens']): E['scores'] | undefined;
  /**
   * Every token where it stood in the input, with the last state it had, or that of what it went into; zeros for padding.
   *
   * @param finish what all states go through before padding is cleared. Default: nothing
   */
  restore(states: E['states'], tokens: E['tokens'], finish?: (states: E['states']) => E['states']): E['states'];
}

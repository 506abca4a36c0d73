import type { DropoutKind } from '@length-adaptive/core/encoder';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import type { LayerLengths } from './length-plan.js';

/** What is different in a graph to train with. */
export interface TrainingContext {
  /** Dropout of a value; `place` is unique in the graph. */
  dropout(g: GraphBuilder, x: Value, place: string, kind: DropoutKind): Value;
}

/** The inputs of the encoder. */
export interface EncoderInputs {
  /** [B, T] int64 */
  readonly ids: Value;
  /** [B, T] int64, for encoders that have segment embeddings. */
  readonly typeIds: Value | undefined;
  /** 1 for real tokens, 0 for padding, which stands on the right: [B, T] float32 */
  readonly mask: Value;
  /** What is added to the significance of each token in the first layers: [B, T] float32. Absent: nothing. */
  readonly prior?: Value | undefined;
  /** Of encoders that read images: [B, channels, height, width] float32 */
  readonly pixels?: Value | undefined;
}

/** The tokens that are in the encoder between two layers. */
export type GraphTokens = {
  /** 1 for slots that hold a token: [B, K] float32 */
  readonly valid: Value;
  /** Whether any slot holds none: scalar bool. */
  readonly padded: Value;
  /** Where each token stood in the input, when that is asked for: [B, K] int64 */
  readonly positions: Value | undefined;
  /** The last state of every token that has left, flat, with one row more for slots without a token: [B * T + 1, hidden] */
  readonly departed: Value | undefined;
  /** What is added to their significance, while anything is: [B, K] float32 */
  readonly prior: Value | undefined;
  /** What attention makes of where they stood, by names. */
  readonly distances: Readonly<Record<string, Value>>;
  /** What travels where tokens may become one. */
  readonly merging: MergingTokens | undefined;
  /** Their types, where attention compares them: [B, K] int64 */
  readonly types: Value | undefined;
  /** Of those that a layer has made which may halve: what brings back those that entered it. */
  readonly level: GraphLevel | undefined;
};

/** Tokens that were made of others, where others are to have states again. */
export type GraphLevel = {
  /** Where each slot stood when they had been made: [B, K] int64 */
  readonly places: Value;
  /** The slot of what each of them has become, where they merge: [B, N] int64 */
  readonly owners: Value | undefined;
  /** Counted from 1, the slot that each of the others has the state of again, 0 where it has none: [B, T] int64 */
  readonly parts: Value;
  /** The same of one more of the others, behind the last: [B, 1] int64 */
  readonly beyond: Value;
};

export type MergingTokens = {
  /** How many tokens of the input each slot stands for, 0 for padding: [B, K] float32 */
  readonly sizes: Value;
  /** Whether any stands for several: scalar bool. */
  readonly merged: Value;
  /** Which of them may become one: [B, K] float32 */
  readonly segments: Value;
  /** 0 to K - 1: [1, K] float32 */
  readonly slots: Value;
  /** The slot of what each token of the input has become, where that returns: [B, T] int64 */
  readonly owners: Value | undefined;
};

/** Where tokens go that become one. */
export interface MixedSlots {
  /** The new slot of each: [B, T] int64 */
  readonly into: Value;
  /** What share each has in that: [B, T] float32 */
  readonly shares: Value;
  /** [B, K] float32 */
  readonly sizes: Value;
}

/** Which slots are kept, best first, and how many of them hold a token. */
export interface GraphMove extends Pick<LayerLengths, 'counts' | 'ragged'> {
  /** [B, K] int64 */
  readonly order: Value;
  /** The same as indices for a gather: [B, K, 1] int64 */
  readonly slots: Value;
  /** 0 to K - 1: [K] float32 */
  readonly places: Value;
  /** How many slots there are afterwards: [1] int64 */
  readonly width: Value;
  /** Which slots hold a token afterwards, 1 or 0: [B, K] float32. Where tokens may become one. */
  readonly valid: Value | undefined;
  /** Whether each token stays: [B, T] bool. Where tokens may become one. */
  readonly stays: Value | undefined;
  /** The same of the order where it is one for all rows: [K] int64 */
  readonly everyRow?: Value | undefined;
  /** Where it halves: what brings back those that it was made of. */
  readonly halves?: Pick<GraphLevel, 'parts' | 'beyond'> | undefined;
  readonly mixed?: MixedSlots | undefined;
}

/** What the encoder computes with in a graph: states are [B, K, hidden], and slots of padding hold no meaning. */
export interface GraphEngine<Leaf> {
  readonly states: Value;
  readonly probabilities: Value;
  readonly scores: Value;
  readonly pairs: Value;
  /** [B * blocks, channels, height, width] */
  readonly tiles: Value;
  readonly flags: Value;
  readonly weight: Leaf;
  readonly tokens: GraphTokens;
  readonly step: LayerLengths;
  readonly move: GraphMove;
}

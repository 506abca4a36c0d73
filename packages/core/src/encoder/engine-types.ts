/** What an engine computes with: its own types behind the names that the encoder speaks of. */
export interface EngineTypes {
  /** States of tokens, one row of `hidden` numbers a slot. */
  readonly states: unknown;
  /** [B, heads, queries, keys] */
  readonly probabilities: unknown;
  /** One number a slot, [B, T]. */
  readonly scores: unknown;
  /** One number a pair of slots, [B, T, T], the first of the pair by rows. */
  readonly pairs: unknown;
  /** Squares of attention among tokens that stand side by side, one a block of them. */
  readonly tiles: unknown;
  /** What a comparison of numbers gives. */
  readonly flags: unknown;
  /** A weight: what stands in the place of a tensor in the tree of weights. */
  readonly weight: unknown;
  /** The tokens that are in the encoder between two layers: which slots hold one, and what travels with them. */
  readonly tokens: TravellingTokens;
  /** How many tokens stay in a layer. */
  readonly step: unknown;
  /** A rearrangement of slots. */
  readonly move: unknown;
}

/** What the encoder itself must know of the tokens. */
export interface TravellingTokens {
  /** What is added to the scores of the tokens, one number a slot, while anything is. */
  readonly prior?: unknown;
  /** How many tokens of the input each slot stands for, [B, T], 0 for padding; absent while each stands for itself alone. */
  readonly sizes?: unknown;
  /** What brings back those that have left. */
  readonly departed?: unknown;
}

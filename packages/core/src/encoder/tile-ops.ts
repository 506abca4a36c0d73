import type { EngineTypes } from './engine-types.js';
import type { DenseWeights, WeightTree } from './weights.js';

export interface TileOptions {
  /** Tokens of the input that are one block, counted from the first. */
  readonly size: number;
  /** Heads of attention. */
  readonly heads: number;
}

/**
 * Attention as images: the squares on its diagonal, which say what tokens see in each other that stand side by side in the input. Blocks are those of the
 * input: tokens that are still there keep theirs, and its other places are empty.
 */
export interface TileOps<E extends EngineTypes> {
  /**
   * The squares on the diagonal, an image a block with a channel a head: log(1 + n a) of a query (by rows) and a key (by columns), n being the tokens that
   * are there, so that attention to all alike is the same at any length; 0 where a token is not there. No gradient flows back from here.
   */
  diagonal(probabilities: E['probabilities'], among: E['tokens'], options: TileOptions): E['tiles'];
  /**
   * Convolution by 3 x 3 with zeros around, and its positive part.
   *
   * @param weights of what stands around a place, [9 x channels, outputs]: by rows, by columns, then by channels
   */
  convolve(x: E['tiles'], weights: WeightTree<DenseWeights, E['weight']>): E['tiles'];
  /** The mean of every 2 x 2. */
  halve(x: E['tiles']): E['tiles'];
  /** A row a block, [B, blocks, channels x height x width]. */
  rows(x: E['tiles']): E['states'];
  /** For each token the number of its block: [B, blocks] -> [B, T]. Slots of padding have one, too. */
  spread(x: E['scores'], among: E['tokens'], size: number): E['scores'];
  /** 1 for what stands around the last text of an input: the texts before it, separators, and leading tokens that always stay. 0 for the others, and for padding. */
  frame(among: E['tokens']): E['scores'];
}

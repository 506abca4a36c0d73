import type { KeepOptions, LengthConfig } from './length-config.js';
import { fullLength, keptTokens } from './length-config.js';

/** The dimensions of an encoder, as far as its cost depends on them. */
export interface EncoderShape {
  readonly layers: number;
  /** d: width of a hidden state. */
  readonly hiddenSize: number;
  /** f: width inside the feed-forward block. */
  readonly intermediateSize: number;
}

/** Multiply-accumulates of the head for an input of `length` tokens. */
export type HeadCost = (length: number) => number;

/** Head that reads [CLS] through a pooler: d^2 + d * labels. */
export const classificationHeadCost =
  (hiddenSize: number, labels: number): HeadCost =>
  () =>
    hiddenSize * hiddenSize + hiddenSize * labels;

/** Head that reads every token: length * d * outputs (2 outputs for extractive question answering). */
export const tokenHeadCost =
  (hiddenSize: number, outputs: number): HeadCost =>
  (length) =>
    length * hiddenSize * outputs;

export interface CostOptions extends KeepOptions {
  /** Cost of the head. Default: none. */
  readonly head?: HeadCost;
}

/** MACs when `tokens[i]` tokens leave layer i and `length` tokens enter the first. */
const macsOfTokens = (shape: EncoderShape, tokens: readonly number[], length: number): number => {
  const { hiddenSize: d, intermediateSize: f } = shape;
  let entering = length;
  let total = length * d; // the embeddings' layer norm
  for (const leaving of tokens) {
    total += 4 * entering * d * d + 2 * entering * entering * d + 2 * leaving * d * f; // projections, attention, feed-forward
    total += entering * d + leaving * d; // the two layer norms
    entering = leaving;
  }
  return total;
};

/**
 * Multiply-accumulates (MACs) of one input of `length` tokens at a length configuration.
 *
 * The closed form that reproduces the published torchprofile figures: for a layer that l tokens enter and m leave,
 * `4 l d^2 + 2 l^2 d + 2 m d f`, plus layer-norm elements and the head. Embedding look-ups, softmax, GELU and biases
 * count nothing. One MAC is one multiplication and one addition.
 */
export const cost = (
  shape: EncoderShape,
  config: LengthConfig,
  length: number,
  { head, ...keep }: CostOptions = {},
): number => macsOfTokens(shape, keptTokens(config, length, keep), length) + (head?.(length) ?? 0);

/**
 * Share of the full model's MACs that a configuration spends on inputs of the given lengths (real tokens, no padding):
 * the sum over the inputs at the configuration divided by the sum at full length.
 */
export const relativeCost = (
  shape: EncoderShape,
  config: LengthConfig,
  lengths: Iterable<number>,
  options: CostOptions = {},
): number => {
  const full = fullLength(shape.layers);
  let spent = 0;
  let whole = 0;
  for (const [length, count] of countLengths(lengths)) {
    spent += count * cost(shape, config, length, options);
    whole += count * cost(shape, full, length, options);
  }
  return spent / whole;
};

const countLengths = (lengths: Iterable<number>): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1);
  return counts;
};

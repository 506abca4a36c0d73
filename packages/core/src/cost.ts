import { CoreError } from './errors.js';
import type { KeepOptions, LengthConfig } from './length-config.js';
import { fullLength, keptTokens, validateLengthConfig } from './length-config.js';

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

/** Where the multiply-accumulates of an input go. */
export interface CostParts {
  /** Query, key, value and output projections: 4 l d^2 a layer that l tokens enter. */
  readonly projections: number;
  /** Attention scores and their weighted sums: 2 l^2 d. */
  readonly attention: number;
  /** Feed-forward blocks: 2 m d f for the m tokens that stay. */
  readonly feedForward: number;
  /** Layer norms, one MAC an element. */
  readonly layerNorm: number;
  readonly head: number;
}

/**
 * Multiply-accumulates (MACs) of one input of `length` tokens at a length configuration, by part.
 *
 * @throws CoreError `LENGTH_CONFIG_INVALID` for a configuration of another depth
 */
export const costParts = (
  { layers, hiddenSize: d, intermediateSize: f }: EncoderShape,
  config: LengthConfig,
  length: number,
  { head, ...keep }: CostOptions = {},
): CostParts => {
  validateLengthConfig(config, layers);
  const parts = { projections: 0, attention: 0, feedForward: 0, layerNorm: length * d, head: head?.(length) ?? 0 };
  let entering = length;
  for (const leaving of keptTokens(config, length, keep)) {
    parts.projections += 4 * entering * d * d;
    parts.attention += 2 * entering * entering * d;
    parts.feedForward += 2 * leaving * d * f;
    parts.layerNorm += entering * d + leaving * d;
    entering = leaving;
  }
  return parts;
};

/**
 * Multiply-accumulates (MACs) of one input of `length` tokens at a length configuration.
 *
 * The closed form that reproduces the published torchprofile figures: matrix products, layer-norm elements and the head.
 * Embedding look-ups, softmax, GELU and biases count nothing. One MAC is one multiplication and one addition.
 */
export const cost = (shape: EncoderShape, config: LengthConfig, length: number, options: CostOptions = {}): number => {
  const { projections, attention, feedForward, layerNorm, head } = costParts(shape, config, length, options);
  return projections + attention + feedForward + layerNorm + head;
};

/**
 * Share of the full model's MACs that a configuration spends on inputs of the given lengths (real tokens, no padding):
 * the sum over the inputs at the configuration divided by the sum at full length.
 *
 * @throws CoreError `INPUT_INVALID` without lengths, `LENGTH_CONFIG_INVALID`
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
  if (whole === 0) throw new CoreError('INPUT_INVALID', 'There are no input lengths; expected at least one.');
  return spent / whole;
};

const countLengths = (lengths: Iterable<number>): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1);
  return counts;
};

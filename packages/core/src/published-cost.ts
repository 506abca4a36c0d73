import type { CostOptions, CostParts, EncoderShape } from './cost.js';
import { totalCost } from './cost.js';
import { CoreError } from './errors.js';
import type { LengthConfig } from './length-config.js';
import { keptTokens, validateLengthConfig } from './length-config.js';

/** What the published closed form knows of. */
export type PublishedCostOptions = Pick<CostOptions, 'head' | 'minTokens'>;

/**
 * The multiply-accumulates that torchprofile counts of a length-adaptive model in PyTorch (Kim & Cho 2020), by part: tokens leave a layer
 * between its output projection and its feed-forward block. The l tokens that enter take 4 l d^2 + 2 l^2 d and l d in a norm, the m that
 * stay 2 m d f and m d; the last layer computes all of them, whatever a head reads.
 *
 * @throws CoreError `LENGTH_CONFIG_INVALID` for a configuration of another depth, `OPTION_INVALID` for layers with several feed-forward blocks or a bottleneck
 */
export const publishedCostParts = (
  { layers, hiddenSize: d, intermediateSize: f, bottleneck, feedForwards = 1, halving, decoder = 0 }: EncoderShape,
  config: LengthConfig,
  length: number,
  { head, ...keep }: PublishedCostOptions = {},
): CostParts => {
  validateLengthConfig(config, layers);
  if (bottleneck || feedForwards !== 1)
    throw new CoreError(
      'OPTION_INVALID',
      'The published closed form is of layers with one feed-forward block that are as wide inside as outside; take `cost` for others.',
    );
  const parts = {
    projections: 0,
    attention: 0,
    feedForward: 0,
    layerNorm: length * d,
    reducer: 0,
    head: head?.(length) ?? 0,
  };
  let entering = length;
  const inDecoder = Array.from({ length: decoder }, () => [length, length] as const);
  const inEncoder = keptTokens(config, length, { ...keep, halving }).map((leaving) => {
    const before = entering;
    entering = leaving;
    return [before, leaving] as const;
  });
  for (const [asking, leaving] of [...inEncoder, ...inDecoder]) {
    parts.projections += 4 * asking * d * d;
    parts.attention += 2 * asking * asking * d;
    parts.feedForward += 2 * leaving * d * f;
    parts.layerNorm += asking * d + leaving * d;
  }
  return parts;
};

/**
 * The multiply-accumulates that papers of this field print, to compare with their tables: to the last digit those of BERT-base, TinyBERT-6L
 * and MiniLM at 384 tokens (QuaLA-MiniLM, Guskin et al. 2022). At the full length, with all tokens wanted, it is what `cost` says.
 *
 * @throws CoreError `LENGTH_CONFIG_INVALID` for a configuration of another depth
 */
export const publishedCost = (
  shape: EncoderShape,
  config: LengthConfig,
  length: number,
  options: PublishedCostOptions = {},
): number => totalCost(publishedCostParts(shape, config, length, options));
